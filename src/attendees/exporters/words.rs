//! Words of cells that say "not coming", and those with which a total line begins: data for `exporters`.
//!
//! Known weakness: whole cells are compared, but for a bracket and for who has done it.

use std::{collections::HashSet, sync::LazyLock};

use super::super::folded::entries;

/// A set of words, folded.
pub(super) type Words = LazyLock<HashSet<String>>;

fn all(lists: &[&'static str]) -> HashSet<String> {
    lists.iter().flat_map(|list| entries(list)).collect()
}

/// Attendees' and orders' statuses of Eventbrite; `Partially Refunded` still comes, `Unpaid` may.
pub(super) static EVENTBRITE: Words = LazyLock::new(|| {
    all(&["Not Attending, Deleted, Refunded, Canceled, Cancelled, Refunded/Canceled, Transferred, Abandoned"])
});

/// pretix: canceled and expired in en, de, fr, es, pt, tr, pl, it, nl. `canceled (paid fee)` is `canceled`.
pub(super) static PRETIX: Words = LazyLock::new(|| {
    all(&[
        "canceled, cancelled, expired",
        "anulowany, expirada, cancelada, annullata, cancellata",
        "storniert, abgelaufen",
        "annulé, expiré",
        "cancelado, expirado",
        "iptal edildi, süresi doldu",
        "anulowane, wygaśnięte",
        "cancellato, annullato, scaduto",
        "geannuleerd, verlopen",
    ])
});

/// Zoom, whoever has done it: `Cancelled by registrant`.
pub(super) static ZOOM: Words =
    LazyLock::new(|| all(&["denied, blocked, denied/blocked, cancelled, canceled, declined, rejected, removed"]));

/// Hi.Events translates captions, never the status.
pub(super) static HI_EVENTS: Words = LazyLock::new(|| all(&["CANCELLED"]));

/// Indico's Rejected and Withdrawn in en, de, fr, es, pt, tr, pl, it.
pub(super) static INDICO: Words = LazyLock::new(|| {
    all(&[
        "Rejected, Withdrawn",
        "Abgelehnt, Zurückgewiesen, Zurückgezogen",
        "Refusé, Retiré",
        "Rechazado, Retirado",
        "Rejeitado, Cancelado",
        "Reddedildi, Geri çekildi",
        "Odrzucony, Wycofany",
        "Rifiutato, Annullato",
    ])
});

/// What people write of somebody who does not come, in en, de, fr, es, pt, tr, pl, it, nl. A mere "no" answers
/// a question that is not known here.
pub(super) static OFF: Words = LazyLock::new(|| {
    all(&[
        "cancelled, canceled, refunded, refunded/canceled, not attending, not coming, deleted, denied, rejected, \
         withdrawn, expired, transferred, no-show, declined, abandoned, unsubscribed, void, voided, cancellation, \
         suspended, not current, can't attend, cannot attend, won't attend, will not attend",
        "storniert, abgesagt, abgelehnt, abgemeldet, zurückgezogen, abgelaufen, erstattet, gelöscht, kommt nicht, \
         absage, storno, nimmt nicht teil, entfernt, gesperrt, nicht aktuell, sagt ab, hat abgesagt",
        "annulé, annulée, annulés, remboursé, remboursée, refusé, refusée, expiré, expirée, désinscrit, désinscrite, \
         ne vient pas, ne participe pas, annulation, supprimé, supprimée, décliné, déclinée, suspendu, suspendue, \
         rejeté, rejetée",
        "cancelado, cancelada, anulado, anulada, reembolsado, reembolsada, rechazado, rechazada, expirado, expirada, \
         no asiste, no asistirá, no participa, cancelación, eliminado, eliminada, declinado, declinada, denegado, \
         denegada, suspendido, suspendida",
        "recusado, recusada, rejeitado, rejeitada, não vem, não participa, não comparece, cancelamento, \
         excluído, excluída, negado, negada, suspenso, suspensa, estornado, estornada",
        "iptal, iptal edildi, reddedildi, iade edildi, süresi doldu, geri çekildi, katılmıyor, gelmiyor, \
         katılmayacak, gelmeyecek, silindi, geri ödendi, askıya alındı",
        "anulowane, anulowany, anulowana, odrzucone, odrzucony, odrzucona, wygaśnięte, wycofany, wycofana, \
         zwrócone, rezygnacja, nie uczestniczy, nie weźmie udziału, usunięte, usunięty, usunięta, zawieszone, \
         zawieszony, zawieszona",
        "cancellato, cancellata, annullato, annullata, rifiutato, rifiutata, rimborsato, rimborsata, scaduto, \
         scaduta, ritirato, ritirata, non partecipa, eliminato, eliminata, negato, negata, sospeso, sospesa, disdetta",
        "geannuleerd, afgewezen, afgemeld, verlopen, terugbetaald, komt niet, neemt niet deel, geweigerd, \
         verwijderd, geschorst, niet actueel",
    ])
});

/// Headers that ask when somebody was called off, beside [`OFF`] with [`AT`].
pub(super) static OFF_DATES: Words = LazyLock::new(|| {
    all(&[
        "cancellation date, cancel date, date cancelled, date canceled, cancelled time, refund date, canceled date",
        "stornodatum, stornierungsdatum, absagedatum, abmeldedatum",
        "date d'annulation, date annulation, fecha de cancelación, data de cancelamento, iptal tarihi",
        "data anulowania, data annullamento, data di annullamento, data cancellazione, annuleringsdatum",
    ])
});

/// What follows in `Cancelled at`.
pub(super) static AT: Words =
    LazyLock::new(|| all(&["at, on, date, time, timestamp, am, datum, zeitpunkt, le, el, em, il, op"]));

/// Headers that ask whether somebody comes, or was admitted.
pub(super) static COMING: Words = LazyLock::new(|| {
    all(&[
        "rsvp, attending, attend, will attend, are you coming, coming, will you attend, are you attending, approved, \
         confirmed, accepted, participating, participation",
        "zusage, zugesagt, nimmt teil, teilnahme, kommt, kommst du, bestätigt, zugelassen",
        "présence, participe, participation, confirmé, asiste, asistencia, asistirá, confirmado, presença, participa",
        "katılım, katılıyor, katılacak, onaylandı, udział, bierze udział, potwierdzone, potwierdzony",
        "partecipa, partecipazione, presenza, confermato, aanwezig, aanwezigheid, neemt deel, komt, bevestigd",
    ])
});

/// Yes, as cells say it.
pub(super) static YES: Words =
    LazyLock::new(|| all(&["yes, y, x, true, 1, ja, j, wahr, oui, vrai, si, sim, evet, tak, vero, waar"]));

/// No, as cells say it.
pub(super) static NO: Words = LazyLock::new(|| {
    all(&["no, n, false, 0, nein, falsch, non, faux, não, hayır, nie, nee, falso, onwaar, null, none, never"])
});

/// With what a line of sums begins, in en, de, fr, es, pt, tr, pl, it, nl.
pub(super) static TOTALS: Words = LazyLock::new(|| {
    all(&[
        "total, totals, grand total, subtotal, sum, count, total attendees, total participants, total registrations, \
         number of attendees, number of participants",
        "summe, gesamt, gesamtsumme, gesamtzahl, insgesamt, anzahl, zwischensumme, teilnehmerzahl, \
         anzahl teilnehmer, summe teilnehmer, anzahl personen",
        "somme, total général, sous-total, nombre total, nombre de participants, totaux",
        "suma, totales, total general, total de asistentes, total asistentes, total participantes",
        "soma, totais, total geral, total de participantes",
        "toplam, genel toplam, ara toplam, toplam katılımcı",
        "razem, ogółem, łącznie, suma końcowa, liczba uczestników",
        "totale, totale generale, totale partecipanti, somma, numero partecipanti",
        "totaal, eindtotaal, subtotaal, aantal, som, totaal deelnemers, aantal deelnemers",
    ])
});
