//! The few words that stand around dates, times and names, language by language.
//!
//! Owns: what joins the two ends of a span, what leads from a time to its date, the greeting
//! that nobody chose, and the sentence that it is recorded who came. Does not own: names of months and days, the order of a date, the form of a
//! time, "in 9 days": these are ICU's, in `locale`. ICU 2.4 has spans only as an unstable feature,
//! and none of "from … until …". Weakness: languages not listed here get an en dash.

/// The words of a language.
#[derive(Debug)]
pub(super) struct Speech {
    pub(super) language: &'static str,
    /// What stands before and after a name.
    pub(super) greeting: [&'static str; 2],
    /// Whether that is the whole name: no language's politeness stands behind a Japanese first name.
    pub(super) greets_whole_name: bool,
    /// That it is recorded who came, before and after the organiser's name; in English where nobody translated it.
    pub(super) notice: [&'static str; 2],
    /// A time that names its date: what follows the time, leads to the date, and ends it. `None`
    /// where the date goes first, as ICU joins them.
    pub(super) time_first: Option<[&'static str; 3]>,
    /// Between a date and what is told of that day.
    pub(super) comma: &'static str,
    /// Joins the ends of what is told briefly; in English it is ASCII, as all of the mail.
    pub(super) dash: &'static str,
    /// From when until when the meeting is.
    pub(super) meeting: Joints,
    /// From when until when the link works.
    pub(super) link: Joints,
}

/// What stands before the first end of a span, between the two, and behind the last.
#[derive(Debug)]
pub(super) struct Joints {
    /// Where both are times of one day.
    pub(super) times: [&'static str; 3],
    /// Where the first, at least, names its date.
    pub(super) moments: [&'static str; 3],
}

const DASH: Joints = Joints { times: ["", " – ", ""], moments: ["", " – ", ""] };

const ENGLISH_NOTICE: [&str; 2] = ["", " uses the personal links to record who joins and leaves, and when."];

/// Of every language that is not listed.
const NEUTRAL: Speech = Speech {
    language: "",
    greeting: ["", ","],
    greets_whole_name: false,
    notice: ENGLISH_NOTICE,
    time_first: None,
    comma: ", ",
    dash: " – ",
    meeting: DASH,
    link: DASH,
};

const LISTED: &[Speech] = &[
    Speech {
        language: "en",
        greeting: ["Hello ", ","],
        greets_whole_name: false,
        notice: ENGLISH_NOTICE,
        time_first: Some(["", " on ", ""]),
        comma: ", ",
        dash: " to ",
        meeting: Joints { times: ["", " to ", ""], moments: ["", ", to ", ""] },
        link: Joints { times: ["from ", " until ", ""], moments: ["from ", ", until ", ""] },
    },
    Speech {
        language: "de",
        greeting: ["Hallo ", ","],
        greets_whole_name: false,
        notice: ["", " erfasst anhand der persönlichen Links, wer den Raum wann betritt und verlässt."],
        time_first: Some([" Uhr", " am ", ""]),
        comma: ", ",
        dash: " bis ",
        meeting: Joints { times: ["", " bis ", ""], moments: ["", ", bis ", ""] },
        link: Joints { times: ["von ", " bis ", ""], moments: ["von ", ", bis ", ""] },
    },
    Speech {
        language: "fr",
        greeting: ["Bonjour ", ","],
        greets_whole_name: false,
        notice: [
            "",
            " enregistre, grâce aux liens personnels, qui entre dans la salle, qui en sort et à quelle heure.",
        ],
        time_first: None,
        comma: ", ",
        dash: " – ",
        meeting: Joints { times: ["de ", " à ", ""], moments: ["du ", " au ", ""] },
        link: Joints { times: ["de ", " à ", ""], moments: ["du ", " au ", ""] },
    },
    Speech {
        language: "es",
        greeting: ["Hola, ", ":"],
        greets_whole_name: false,
        notice: ["", " registra, mediante los enlaces personales, quién entra en la sala, quién sale y a qué hora."],
        time_first: None,
        comma: ", ",
        dash: " – ",
        meeting: Joints { times: ["de ", " a ", ""], moments: ["del ", " al ", ""] },
        link: Joints { times: ["de ", " a ", ""], moments: ["del ", " al ", ""] },
    },
    Speech {
        language: "pt",
        greeting: ["Olá, ", ","],
        greets_whole_name: false,
        notice: ["", " registra, por meio dos links pessoais, quem entra na sala, quem sai e a que horas."],
        time_first: None,
        comma: ", ",
        dash: " – ",
        meeting: Joints { times: ["das ", " às ", ""], moments: ["de ", " até ", ""] },
        link: Joints { times: ["das ", " às ", ""], moments: ["de ", " até ", ""] },
    },
    Speech {
        language: "tr",
        greeting: ["Merhaba ", ","],
        greets_whole_name: false,
        notice: ["", ", kişisel bağlantılar aracılığıyla odaya kimin ne zaman girip çıktığını kaydeder."],
        time_first: None,
        comma: ", ",
        dash: " – ",
        meeting: DASH,
        link: Joints { times: ["", " ile ", " arasında"], moments: ["", " ile ", " arasında"] },
    },
    // Behind "od" and "do" a weekday would have to be inflected: in brackets it need not be.
    Speech {
        language: "pl",
        greeting: ["Dzień dobry, ", "!"],
        greets_whole_name: false,
        notice: ["", " zapisuje na podstawie imiennych linków, kto i kiedy wchodzi do pokoju i z niego wychodzi."],
        time_first: Some(["", " (", ")"]),
        comma: ", ",
        dash: " – ",
        meeting: Joints { times: ["od ", " do ", ""], moments: ["od ", " do ", ""] },
        link: Joints { times: ["od ", " do ", ""], moments: ["od ", " do ", ""] },
    },
    Speech {
        language: "ja",
        greeting: ["", " 様"],
        greets_whole_name: true,
        notice: ["", "は、専用リンクをもとに、入退室された方とその時刻を記録します。"],
        time_first: None,
        comma: " ",
        dash: "～",
        meeting: Joints { times: ["", "～", ""], moments: ["", " ～ ", ""] },
        link: Joints { times: ["", "から", "まで"], moments: ["", "から", "まで"] },
    },
    Speech {
        language: "ar",
        greeting: ["مرحبًا ", "،"],
        greets_whole_name: false,
        notice: ["يُسجَّل لدى ", "، من خلال الروابط الشخصية، من يدخل الغرفة ومن يغادرها ومتى."],
        time_first: None,
        comma: "، ",
        dash: " – ",
        meeting: Joints { times: ["من ", " إلى ", ""], moments: ["من ", " إلى ", ""] },
        link: Joints { times: ["من ", " حتى ", ""], moments: ["من ", " حتى ", ""] },
    },
];

impl Speech {
    /// The words of a language, by its primary subtag.
    pub(super) fn of(language: &str) -> &'static Self {
        let primary = language.split('-').next().unwrap_or_default();
        LISTED.iter().find(|speech| speech.language == primary).unwrap_or(&NEUTRAL)
    }
}
