/// Every command of the app. `build.rs` reads this for the permissions and the one capability, the handler and the page's
/// bindings are made of it: a command that is not here cannot be called.
///
/// `typed` ones answer with a type of the view; `raw` ones with bytes, a head and a picture.
macro_rules! every_command {
    ($made_of_them:ident) => {
        $made_of_them! {
            typed: [
                alarms::escalate,
                alarms::hand_to,
                alarms::handled,
                alarms::history,
                alarms::lit,
                alarms::load,
                alarms::note,
                alarms::onsets,
                alarms::pause_sound,
                alarms::release,
                alarms::take,
                alarms::timeline,
                board::beat,
                board::look_back,
                board::patient,
                board::watch,
                disclosures::print_pages,
                disclosures::save_file,
                outbox::carry_on_by_hand,
                outbox::retry_action,
                outbox::retry_now,
                outbox::waiting,
                people::find_people,
                people::look_once,
                records::annotate,
                records::annotations,
                records::limits,
                records::save_preset,
                records::set_limits,
                shift::shift,
                shift::shift_notes,
                shift::shifts,
                station::app_state,
                station::check_server,
                station::connect,
                station::quarantine,
                station::repair,
                station::sign_in,
                station::sign_out,
                station::signs_in,
                station::start_again,
                station::start_demo,
                station::test_sound,
                station::unlock,
                trends::flowsheet,
                trends::values_at,
            ],
            raw: [
                disclosures::pages,
                trends::multiples,
                trends::trends,
                trends::waves,
            ],
        }
    };
}
