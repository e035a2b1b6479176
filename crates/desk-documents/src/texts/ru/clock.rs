//! Russian: legal clocks.

use desk_core::clock::calendar::{CalendarVersion, RELEASED, Source};
use desk_core::clock::due::{Cause, ExtensionRefusal, Step};
use desk_core::clock::regime::{
    Act, Article, Base, Evidence, Law, Regime, Right, Rule, RuleNote, Term, Unit,
};
use desk_core::clock::zone::Zone;
use desk_core::lang::Lang;
use desk_core::time::{Date, Weekday};

use crate::texts::clock::ClockTexts;

/// The texts.
pub(in crate::texts) static CLOCK: ClockTexts = ClockTexts {
    regime,
    right: |right| match right {
        Right::Access => "доступ к своим данным",
        Right::Portability => "перенос данных",
        Right::Rectification => "уточнение данных",
        Right::Erasure => "уничтожение данных",
        Right::Restriction => "блокирование данных",
        Right::Objection => "требование прекратить обработку",
        Right::Withdrawal => "отзыв согласия",
        Right::Complaint => "жалоба",
        Right::OptOut => "отказ от продажи и передачи данных",
        Right::BreachNotice => "уведомление об утечке",
        Right::BreachReport => "отчёт о расследовании утечки",
        Right::StopUnlawful => "выявлена неправомерная обработка",
        Right::DestroyUnlawful => "правомерность обработки обеспечить нельзя",
        Right::PurposeAttained => "цель обработки достигнута",
        Right::Regulator => "запрос надзорного органа",
        Right::CannotDestroy => "данные не удалось уничтожить в срок",
        Right::Dissemination => "прекращение распространения",
    },
    act: |act| match act {
        Act::Acknowledge => "подтвердить получение",
        Act::Answer => "ответить",
        Act::Confirm => "подтвердить кратко",
        Act::Correct => "уточнить",
        Act::Destroy => "уничтожить",
        Act::Block => "заблокировать",
        Act::Stop => "прекратить",
        Act::Notify => "уведомить надзорный орган",
        Act::Report => "отчитаться перед надзорным органом",
    },
    term,
    article,
    version,
    checked: |checked| match checked {
        Evidence::LawText => "числа сверены с законом",
        Evidence::Official => "числа из официального источника",
        Evidence::Secondary => "числа из вторичного источника",
        Evidence::No => "числа не сверены",
    },
    note: |note| match note {
        RuleNote::AnsweredAsAccess => {
            "Права на перенос данных в 152-ФЗ нет: на такой запрос отвечают как на запрос о доступе."
        }
        RuleNote::BaseIsAReading => {
            "С какого дня считать, закон не говорит: срок считается с блокирования, а оно не может быть позже конца срока, который не удалось соблюсти."
        }
        RuleNote::BasisFallsAway => {
            "На отозванном согласии больше ничего не может держаться; срока закон не называет."
        }
        RuleNote::IfUnlawfulOrUnneeded => {
            "Обязанность есть, если данные получены незаконно или не нужны для заявленной цели."
        }
        RuleNote::MarketingAtOnce => "Прямой маркетинг по требованию прекращается немедленно.",
        RuleNote::NoNumber => {
            "Числа для этого случая в законе нет: соблюдается срок остальных запросов."
        }
        RuleNote::OperatorAtOnce => {
            "Это срок для того, кто распространяет данные; сам оператор прекращает с поступлением требования."
        }
        RuleNote::TreatedAsOptOut => {
            "Такого запроса закон не знает: он исполняется как отказ от продажи и передачи данных."
        }
        RuleNote::WithoutDelay => "Закон требует сделать это без промедления и числа не называет.",
    },
    refusal: |refusal| match refusal {
        ExtensionRefusal::NotProvided => "Продлить этот срок закон не позволяет.",
        ExtensionRefusal::AlreadyExtended => {
            "Срок уже продлён, а закон позволяет это только один раз."
        }
        ExtensionRefusal::TooLate => "Срок истёк: продлить его можно было, только пока он шёл.",
        ExtensionRefusal::NoReason => "Укажите причину: её нужно сообщить человеку.",
        ExtensionRefusal::NoNotice => "Сначала нужно сообщить человеку о продлении.",
    },
    day,
    step,
    days_left: |days| match days {
        0 => "сегодня последний день".to_owned(),
        1.. => format!("до последнего дня: {}", counted(days.unsigned_abs(), DAYS)),
        _ => format!("просрочка: {}", counted(days.unsigned_abs(), DAYS)),
    },
    working_days_left: |days| format!("в том числе: {}", counted(days.into(), WORKING_DAYS)),
    none_left: "Когда течение срока приостановилось, шёл его последний день.",
    resting: "Течение срока приостановлено: пока ждём ответа человека, просрочки нет.",
    overdue: |at, zone| format!("Срок истёк: {}, {}.", day(zone.date(at)), zone.time(at)),
    provisional: "предварительно",
};

const HOURS: [&str; 3] = ["час", "часа", "часов"];
const DAYS: [&str; 3] = ["день", "дня", "дней"];
const WORKING_DAYS: [&str; 3] = ["рабочий день", "рабочих дня", "рабочих дней"];
const CALENDAR_DAYS: [&str; 3] = ["календарный день", "календарных дня", "календарных дней"];
const MONTHS: [&str; 3] = ["месяц", "месяца", "месяцев"];

/// A number with the form of the noun that goes with it: 1 день, 2 дня, 5 дней, 11 дней, 21 день.
fn counted(count: u64, [one, few, many]: [&'static str; 3]) -> String {
    let noun = match (count % 100, count % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    };
    format!("{count}\u{a0}{noun}")
}

fn day(of: Date) -> String {
    let name = match of.weekday() {
        Weekday::Monday => "понедельник",
        Weekday::Tuesday => "вторник",
        Weekday::Wednesday => "среда",
        Weekday::Thursday => "четверг",
        Weekday::Friday => "пятница",
        Weekday::Saturday => "суббота",
        Weekday::Sunday => "воскресенье",
    };
    format!("{name}, {}", Lang::Ru.date(of))
}

fn term(term: Term) -> String {
    if term.is_at_once() {
        return "немедленно".to_owned();
    }
    let forms = match term.unit {
        Unit::Hours => HOURS,
        Unit::WorkingDays => WORKING_DAYS,
        Unit::CalendarDays => CALENDAR_DAYS,
        Unit::Months => MONTHS,
    };
    counted(term.count.into(), forms)
}

fn article(Article { law, place }: Article) -> String {
    match law {
        // Russian laws are cited from the part to the article, others as they cite themselves.
        Law::Fz152 => format!("{} 152-ФЗ", parts(place, "ч.")),
        Law::RuCivil => format!("{} ГК РФ по аналогии", parts(place, "п.")),
        Law::Gdpr => format!("ст.\u{a0}{place} GDPR"),
        Law::Reg1182 => format!("ст.\u{a0}{place} Регламента 1182/71"),
        Law::UkGdpr => format!("ст.\u{a0}{place} UK GDPR"),
        Law::UkDpa => format!("ст.\u{a0}{place} Data Protection Act 2018"),
        Law::Ico => "разъяснения ICO о сроках".to_owned(),
        Law::Edpb => format!("§\u{a0}{place} Руководства EDPB 01/2022"),
        Law::CcpaRegs => format!("§\u{a0}{place} правил CCPA, 11 CCR"),
        Law::CaCivil => format!("§\u{a0}{place} Гражданского кодекса Калифорнии"),
        Law::Lgpd => format!("ст.\u{a0}{place} LGPD"),
        Law::BrCivil => format!("ст.\u{a0}{place} Гражданского кодекса Бразилии"),
    }
}

/// `14(3), 20(1)` as `ч. 3 ст. 14, ч. 1 ст. 20`.
fn parts(places: &str, part: &str) -> String {
    let places = places.split(',').map(|place| {
        let place = place.trim_start();
        match place.split_once('(') {
            Some((article, number)) => {
                let number = number.trim_end_matches(')');
                format!("{part}\u{a0}{number} ст.\u{a0}{article}")
            }
            None => format!("ст.\u{a0}{place}"),
        }
    });
    places.collect::<Vec<_>>().join(", ")
}

fn version(CalendarVersion { calendar, year, source }: CalendarVersion) -> String {
    let source = match source {
        Source::Released => RELEASED,
        Source::Operator => "из настроек",
        Source::Computed => "рассчитан",
        Source::Weekends => "только выходные",
    };
    format!("{}-{year}, {source}", calendar.name())
}

fn versions(versions: &[CalendarVersion]) -> String {
    let noun = if versions.len() == 1 { "календарь" } else { "календари" };
    let versions: Vec<String> = versions.iter().map(|of| version(*of)).collect();
    format!("{noun} {}", versions.join("; "))
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Identity => "подтверждения личности",
        Cause::Clarification => "уточнения запроса",
    }
}

const fn base(base: Base) -> &'static str {
    match base {
        Base::Receipt | Base::Proof => "Поступило",
        Base::Discovery => "Выявлено",
        Base::Attainment => "Цель обработки достигнута",
        Base::Blocking => "Данные заблокированы",
    }
}

#[expect(clippy::too_many_lines, reason = "a table of steps")]
fn step(step: &Step, rule: &Rule, zone: &Zone) -> String {
    match step {
        Step::Received { at, day: of } => {
            let proof = if rule.base == Base::Proof {
                "; считается, что подтверждающие сведения получены тогда же"
            } else {
                ""
            };
            format!("{}: {}, {}{proof}.", base(rule.base), day(*of), zone.time(*at))
        }
        Step::AtOnce { article: by } => format!("Исполнить нужно немедленно ({}).", article(*by)),
        Step::Extended { by, total, article: of } => format!(
            "Срок продлён, один раз: на {}, всего {} ({}).",
            term(*by),
            term(*total),
            article(*of)
        ),
        Step::NoExtension => {
            "Продлить этот срок закон не позволяет: продление не учтено.".to_owned()
        }
        Step::NextDay { first, article: by } => format!(
            "Этот день не считается. Срок идёт со следующего дня: {} ({}).",
            day(*first),
            article(*by)
        ),
        Step::Hours { count, at, article: by } => format!(
            "Срок: {}, до момента: {}, {} ({}). Часы идут подряд: ночью, в выходные и праздники.",
            counted((*count).into(), HOURS),
            day(zone.date(*at)),
            zone.time(*at),
            article(*by)
        ),
        Step::CalendarDays { count, last, article: by } => format!(
            "Срок: {}, последний из них: {} ({}).",
            counted((*count).into(), CALENDAR_DAYS),
            day(*last),
            article(*by)
        ),
        Step::Months { count, last, is_shorter, article: by, counting } => format!(
            "Срок: {}, до дня: {}, {} ({}; {}).",
            counted((*count).into(), MONTHS),
            day(*last),
            if *is_shorter {
                "последний день месяца, в котором такого числа нет"
            } else {
                "день с тем же числом"
            },
            article(*by),
            article(*counting)
        ),
        Step::WorkingDays { count, last, skipped, worked, versions: of, article: by } => format!(
            "Срок: {}, последний из них: {} ({}). Не считаются: выходные{}{} ({}).",
            counted((*count).into(), WORKING_DAYS),
            day(*last),
            article(*by),
            holidays(skipped),
            worked_days(worked),
            versions(of)
        ),
        Step::Rested { cause: of, from, to, days, held, article: by } => format!(
            "Срок не шёл в ожидании {}: запрошено {}, получено {}, {} ({}).",
            cause(*of),
            Lang::Ru.date(*from),
            Lang::Ru.date(*to),
            days_gained(*days, *held),
            article(*by)
        ),
        Step::Anew { from, awaited: true, last, article: by } => format!(
            "Если считать с первого дня, когда личность могла быть подтверждена ({}), срок истекает раньше: {} ({}).",
            Lang::Ru.date(*from),
            day(*last),
            article(*by)
        ),
        Step::Anew { from, awaited: false, last, article: by } => format!(
            "Если считать со дня, когда личность подтверждена ({}), срок истекает раньше: {} ({}).",
            Lang::Ru.date(*from),
            day(*last),
            article(*by)
        ),
        Step::Resting { cause: of, since, article: by } => format!(
            "Срок приостановлен в ожидании {}, с этого дня: {} ({}). Пока длится ожидание, последний день отодвигается.",
            cause(*of),
            Lang::Ru.date(*since),
            article(*by)
        ),
        Step::NoRest { cause: of, from } => format!(
            "С этого дня ожидали {}: {}, но этот срок из-за такого ожидания не приостанавливается.",
            cause(*of),
            Lang::Ru.date(*from)
        ),
        Step::RestTooLate { cause: of, from } => format!(
            "Когда началось ожидание {} ({}), срок уже истёк: оно ничего не приостанавливает.",
            cause(*of),
            Lang::Ru.date(*from)
        ),
        Step::Roll { from, to, versions: of, article: by } if from == to => format!(
            "Этот день рабочий и остаётся последним: {} ({}; {}).",
            day(*from),
            article(*by),
            versions(of)
        ),
        Step::Roll { from, to, versions: of, article: by } => format!(
            "Этот день нерабочий: {}. Срок истекает в следующий рабочий день: {} ({}; {}).",
            day(*from),
            day(*to),
            article(*by),
            versions(of)
        ),
        Step::NoRoll { day: of } => format!(
            "Этот день нерабочий: {}, но срок истекает именно тогда: нормы о переносе, на которую можно было бы положиться, нет.",
            day(*of)
        ),
        Step::Provisional { version: of } if of.source == Source::Computed => format!(
            "Предварительно: выходные {} года здесь не заданы ({}), и день может сдвинуться в любую сторону.",
            of.year,
            version(*of)
        ),
        Step::Provisional { version: of } => format!(
            "Предварительно: праздники {} года не заданы ({}); каждый из них отодвинул бы день.",
            of.year,
            version(*of)
        ),
        Step::LastDay { day: of, at } => {
            format!("Последний день: {}, до {}.", day(*of), zone.time(*at))
        }
    }
}

/// The holidays among days that were counted, behind the weekends.
fn holidays(skipped: &[(Date, Date)]) -> String {
    let days = skipped.iter().map(|(from, to)| {
        if from == to {
            format!(", {}", Lang::Ru.date(*from))
        } else {
            format!(", {}\u{a0}– {}", Lang::Ru.date(*from), Lang::Ru.date(*to))
        }
    });
    days.collect()
}

/// The weekend days among them that were worked.
fn worked_days(worked: &[Date]) -> String {
    if worked.is_empty() {
        return String::new();
    }
    let days: Vec<String> = worked.iter().map(|of| day(*of)).collect();
    format!("; считается: {}", days.join("; "))
}

/// How many days a rest adds to the term.
fn days_gained(days: u32, held: bool) -> String {
    match days {
        _ if held => "запрос пришёлся на дни, на которые срок был перенесён до рабочего дня, поэтому раньше дня получения срок не истекает".to_owned(),
        0 => "день не прибавляется".to_owned(),
        _ => format!("прибавляется {}", counted(days.into(), DAYS)),
    }
}

/// What a regime is called.
pub(in crate::texts) const fn regime(regime: Regime) -> &'static str {
    match regime {
        Regime::Ru152Fz => "Россия, 152-ФЗ",
        Regime::EuGdpr => "Европейский союз, GDPR",
        Regime::UkGdpr => "Великобритания, UK GDPR",
        Regime::UsCa => "Калифорния, CCPA",
        Regime::BrLgpd => "Бразилия, LGPD",
    }
}
