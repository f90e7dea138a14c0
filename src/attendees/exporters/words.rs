//! Words of cells that say "not coming", and those with which a total line begins: data for `exporters`.
//!
//! Known weakness: whole cells are compared, so "cancelled by phone" says nothing.

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
        "storniert, abgelaufen",
        "annulé, expiré",
        "cancelado, expirado",
        "iptal edildi, süresi doldu",
        "anulowane, wygaśnięte",
        "cancellato, annullato, scaduto",
        "geannuleerd, verlopen",
    ])
});

/// Zoom; whatever begins with `cancel` besides.
pub(super) static ZOOM: Words = LazyLock::new(|| all(&["denied, blocked, denied/blocked"]));

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
         withdrawn, expired, transferred, no-show, declined, abandoned, unsubscribed",
        "storniert, abgesagt, abgelehnt, abgemeldet, zurückgezogen, abgelaufen, erstattet, gelöscht, kommt nicht",
        "annulé, annulée, annulés, remboursé, remboursée, refusé, refusée, expiré, expirée, désinscrit, désinscrite, \
         ne vient pas",
        "cancelado, cancelada, anulado, anulada, reembolsado, reembolsada, rechazado, rechazada, expirado, expirada, \
         no asiste",
        "recusado, recusada, rejeitado, rejeitada, não vem",
        "iptal, iptal edildi, reddedildi, iade edildi, süresi doldu, geri çekildi, katılmıyor, gelmiyor",
        "anulowane, anulowany, anulowana, odrzucone, odrzucony, odrzucona, wygaśnięte, wycofany, wycofana, \
         zwrócone, rezygnacja",
        "cancellato, cancellata, annullato, annullata, rifiutato, rifiutata, rimborsato, rimborsata, scaduto, \
         scaduta, ritirato, ritirata",
        "geannuleerd, afgewezen, afgemeld, verlopen, terugbetaald, komt niet",
    ])
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
