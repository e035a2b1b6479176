//! Russian: legal clocks.

use desk_core::clock::calendar::{RELEASED, Source, Version};
use desk_core::clock::due::{Cause, ExtensionRefusal, Step};
use desk_core::clock::regime::{
    Act, Article, Base, Checked, Law, Note, Regime, Right, Rule, Term, Unit,
};
use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Weekday};
use desk_core::words::{Clause, Words};
use desk_core::{said, say};

use super::date;
use crate::texts::clock::ClockTexts;
use crate::texts::figure;

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
    term: |of| said!(term(of)),
    article: |of| said!(article(of)),
    version: |of| said!(version(of)),
    checked: |checked| match checked {
        Checked::LawText => "числа сверены с законом",
        Checked::Official => "числа из официального источника",
        Checked::Secondary => "числа из вторичного источника",
        Checked::No => "числа не сверены",
    },
    note: |note| match note {
        Note::AnsweredAsAccess => {
            "Права на перенос данных в 152-ФЗ нет: на такой запрос отвечают как на запрос о доступе."
        }
        Note::BaseIsAReading => {
            "С какого дня считать, закон не говорит: срок считается с блокирования, а оно не может быть позже конца срока, который не удалось соблюсти."
        }
        Note::BasisFallsAway => {
            "На отозванном согласии больше ничего не может держаться; срока закон не называет."
        }
        Note::IfUnlawfulOrUnneeded => {
            "Обязанность есть, если данные получены незаконно или не нужны для заявленной цели."
        }
        Note::MarketingAtOnce => "Прямой маркетинг по требованию прекращается немедленно.",
        Note::NoNumber => {
            "Числа для этого случая в законе нет: соблюдается срок остальных запросов."
        }
        Note::OperatorAtOnce => {
            "Это срок для того, кто распространяет данные; сам оператор прекращает с поступлением требования."
        }
        Note::TreatedAsOptOut => {
            "Такого запроса закон не знает: он исполняется как отказ от продажи и передачи данных."
        }
        Note::WithoutDelay => "Закон требует сделать это без промедления и числа не называет.",
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
    say_day: |text, date| day(date).say(text),
    say_step: step,
    days_left: |days| match days {
        0 => "сегодня последний день".to_owned(),
        1.. => said!("до последнего дня: ", counted(days.unsigned_abs(), DAYS)),
        _ => said!("просрочка: ", counted(days.unsigned_abs(), DAYS)),
    },
    working_days_left: |days| said!("в том числе: ", counted(days.into(), WORKING_DAYS)),
    none_left: "Когда течение срока приостановилось, шёл его последний день.",
    resting: "Течение срока приостановлено: пока ждём ответа человека, просрочки нет.",
    overdue: |at, zone| said!("Срок истёк: ", day(zone.date(at)), ", ", zone.time(at), "."),
    provisional: "предварительно",
};

const HOURS: [&str; 3] = ["час", "часа", "часов"];
const DAYS: [&str; 3] = ["день", "дня", "дней"];
const WORKING_DAYS: [&str; 3] = ["рабочий день", "рабочих дня", "рабочих дней"];
const CALENDAR_DAYS: [&str; 3] = ["календарный день", "календарных дня", "календарных дней"];
const MONTHS: [&str; 3] = ["месяц", "месяца", "месяцев"];

/// A number with the form of the noun that goes with it: 1 день, 2 дня, 5 дней, 11 дней, 21 день.
fn counted(count: u64, [one, few, many]: [&'static str; 3]) -> impl Words {
    let noun = match (count % 100, count % 10) {
        (11..=14, _) => many,
        (_, 1) => one,
        (_, 2..=4) => few,
        _ => many,
    };
    Clause(move |text: &mut String| say!(text, figure(count), "\u{a0}", noun))
}

fn day(of: Date) -> impl Words {
    let name = match of.weekday() {
        Weekday::Monday => "понедельник, ",
        Weekday::Tuesday => "вторник, ",
        Weekday::Wednesday => "среда, ",
        Weekday::Thursday => "четверг, ",
        Weekday::Friday => "пятница, ",
        Weekday::Saturday => "суббота, ",
        Weekday::Sunday => "воскресенье, ",
    };
    Clause(move |text: &mut String| say!(text, name, date(of)))
}

fn term(term: Term) -> impl Words {
    let forms = match term.unit {
        Unit::Hours => HOURS,
        Unit::WorkingDays => WORKING_DAYS,
        Unit::CalendarDays => CALENDAR_DAYS,
        Unit::Months => MONTHS,
    };
    Clause(move |text: &mut String| {
        if term.is_at_once() {
            text.push_str("немедленно");
        } else {
            counted(term.count.into(), forms).say(text);
        }
    })
}

fn article(Article { law, place }: Article) -> impl Words {
    // Russian laws are cited from the part to the article, others as they cite themselves.
    let (before, after) = match law {
        Law::Fz152 => ("ч.\u{a0}", " 152-ФЗ"),
        Law::RuCivil => ("п.\u{a0}", " ГК РФ по аналогии"),
        Law::Gdpr => ("ст.\u{a0}", " GDPR"),
        Law::Reg1182 => ("ст.\u{a0}", " Регламента 1182/71"),
        Law::UkGdpr => ("ст.\u{a0}", " UK GDPR"),
        Law::UkDpa => ("ст.\u{a0}", " Data Protection Act 2018"),
        Law::Ico => ("разъяснения ICO о сроках", ""),
        Law::Edpb => ("§\u{a0}", " Руководства EDPB 01/2022"),
        Law::CcpaRegs => ("§\u{a0}", " правил CCPA, 11 CCR"),
        Law::CaCivil => ("§\u{a0}", " Гражданского кодекса Калифорнии"),
        Law::Lgpd => ("ст.\u{a0}", " LGPD"),
        Law::BrCivil => ("ст.\u{a0}", " Гражданского кодекса Бразилии"),
    };
    Clause(move |text: &mut String| match law {
        Law::Fz152 | Law::RuCivil => say!(text, parts(place, before), after),
        _ => say!(text, before, place, after),
    })
}

/// `14(3), 20(1)` as `ч. 3 ст. 14, ч. 1 ст. 20`.
fn parts(place: &'static str, part: &'static str) -> impl Words {
    Clause(move |text: &mut String| {
        for (at, place) in place.split(',').map(str::trim_start).enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            let (article, number) = place.split_once('(').unwrap_or((place, ""));
            if let Some(number) = number.strip_suffix(')') {
                say!(text, part, number, " ");
            }
            say!(text, "ст.\u{a0}", article);
        }
    })
}

fn version(version: Version) -> impl Words {
    let Version { calendar, year, source } = version;
    let source = match source {
        Source::Released => RELEASED,
        Source::Operator => "из настроек",
        Source::Computed => "рассчитан",
        Source::Weekends => "только выходные",
    };
    Clause(move |text: &mut String| say!(text, calendar.name(), "-", figure(year), ", ", source))
}

fn versions(versions: &[Version]) -> impl Words {
    Clause(move |text: &mut String| {
        text.push_str(if versions.len() == 1 {
            "календарь "
        } else {
            "календари "
        });
        for (at, of) in versions.iter().enumerate() {
            say!(text, if at == 0 { "" } else { "; " }, version(*of));
        }
    })
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

fn step(text: &mut String, step: &Step, rule: &Rule, zone: &Zone) {
    match step {
        Step::Received { at, day: of } => {
            let proof = if rule.base == Base::Proof {
                "; считается, что подтверждающие сведения получены тогда же"
            } else {
                ""
            };
            say!(text, base(rule.base), ": ", day(*of), ", ", zone.time(*at), proof, ".")
        }
        Step::AtOnce { article: by } => {
            say!(text, "Исполнить нужно немедленно (", article(*by), ").")
        }
        Step::Extended { by, total, article: of } => say!(
            text,
            "Срок продлён, один раз: на ",
            term(*by),
            ", всего ",
            term(*total),
            " (",
            article(*of),
            ")."
        ),
        Step::NoExtension => {
            say!(text, "Продлить этот срок закон не позволяет: продление не учтено.")
        }
        Step::NextDay { first, article: by } => say!(
            text,
            "Этот день не считается. Срок идёт со следующего дня: ",
            day(*first),
            " (",
            article(*by),
            ")."
        ),
        Step::Hours { count, at, article: by } => say!(
            text,
            "Срок: ",
            counted((*count).into(), HOURS),
            ", до момента: ",
            day(zone.date(*at)),
            ", ",
            zone.time(*at),
            " (",
            article(*by),
            "). Часы идут подряд: ночью, в выходные и праздники."
        ),
        Step::CalendarDays { count, last, article: by } => say!(
            text,
            "Срок: ",
            counted((*count).into(), CALENDAR_DAYS),
            ", последний из них: ",
            day(*last),
            " (",
            article(*by),
            ")."
        ),
        Step::Months { count, last, is_shorter, article: by, counting } => {
            let why = if *is_shorter {
                "последний день месяца, в котором такого числа нет"
            } else {
                "день с тем же числом"
            };
            say!(
                text,
                "Срок: ",
                counted((*count).into(), MONTHS),
                ", до дня: ",
                day(*last),
                ", ",
                why,
                " (",
                article(*by),
                "; ",
                article(*counting),
                ")."
            )
        }
        Step::WorkingDays { count, last, skipped, worked, versions: of, article: by } => {
            say!(
                text,
                "Срок: ",
                counted((*count).into(), WORKING_DAYS),
                ", последний из них: ",
                day(*last),
                " (",
                article(*by),
                "). Не считаются: выходные"
            );
            for (from, to) in skipped {
                text.push_str(", ");
                say!(text, date(*from));
                if from != to {
                    text.push_str("\u{a0}– ");
                    say!(text, date(*to));
                }
            }
            for (at, of) in worked.iter().enumerate() {
                text.push_str(if at == 0 { "; считается: " } else { "; " });
                say!(text, day(*of));
            }
            say!(text, " (", versions(of), ").")
        }
        Step::Rested { cause: of, from, to, days, held, article: by } => {
            let gained = Clause(|text: &mut String| match days {
                _ if *held => say!(
                    text,
                    "запрос пришёлся на дни, на которые срок был перенесён до рабочего дня, поэтому раньше дня получения срок не истекает"
                ),
                0 => say!(text, "день не прибавляется"),
                _ => say!(text, "прибавляется ", counted((*days).into(), DAYS)),
            });
            say!(
                text,
                "Срок не шёл в ожидании ",
                cause(*of),
                ": запрошено ",
                date(*from),
                ", получено ",
                date(*to),
                ", ",
                gained,
                " (",
                article(*by),
                ")."
            )
        }
        Step::Anew { from, awaited, last, article: by } => say!(
            text,
            if *awaited {
                "Если считать с первого дня, когда личность могла быть подтверждена ("
            } else {
                "Если считать со дня, когда личность подтверждена ("
            },
            date(*from),
            "), срок истекает раньше: ",
            day(*last),
            " (",
            article(*by),
            ")."
        ),
        Step::Resting { cause: of, since, article: by } => say!(
            text,
            "Срок приостановлен в ожидании ",
            cause(*of),
            ", с этого дня: ",
            date(*since),
            " (",
            article(*by),
            "). Пока длится ожидание, последний день отодвигается."
        ),
        Step::NoRest { cause: of, from } => say!(
            text,
            "С этого дня ожидали ",
            cause(*of),
            ": ",
            date(*from),
            ", но этот срок из-за такого ожидания не приостанавливается."
        ),
        Step::RestTooLate { cause: of, from } => say!(
            text,
            "Когда началось ожидание ",
            cause(*of),
            " (",
            date(*from),
            "), срок уже истёк: оно ничего не приостанавливает."
        ),
        Step::Roll { from, to, versions: of, article: by } if from == to => say!(
            text,
            "Этот день рабочий и остаётся последним: ",
            day(*from),
            " (",
            article(*by),
            "; ",
            versions(of),
            ")."
        ),
        Step::Roll { from, to, versions: of, article: by } => say!(
            text,
            "Этот день нерабочий: ",
            day(*from),
            ". Срок истекает в следующий рабочий день: ",
            day(*to),
            " (",
            article(*by),
            "; ",
            versions(of),
            ")."
        ),
        Step::NoRoll { day: of } => say!(
            text,
            "Этот день нерабочий: ",
            day(*of),
            ", но срок истекает именно тогда: нормы о переносе, на которую можно было бы положиться, нет."
        ),
        Step::Provisional { version: of } => match of.source {
            Source::Computed => say!(
                text,
                "Предварительно: выходные ",
                figure(of.year),
                " года здесь не заданы (",
                version(*of),
                "), и день может сдвинуться в любую сторону."
            ),
            _ => say!(
                text,
                "Предварительно: праздники ",
                figure(of.year),
                " года не заданы (",
                version(*of),
                "); каждый из них отодвинул бы день."
            ),
        },
        Step::LastDay { day: of, at } => {
            say!(text, "Последний день: ", day(*of), ", до ", zone.time(*at), ".")
        }
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
