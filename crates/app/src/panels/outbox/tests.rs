//! What waits, what is left out, and what controls show meanwhile.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use warmfront_model::Local;

use super::*;
use crate::command::Inspect;

fn set(parameter: usize, value: f64) -> Command {
    Command::Set { parameter, value }
}

fn inspect(x: f64) -> Command {
    Command::Inspect(Inspect {
        hover: Some([x, 0.0, 0.0]),
        ..Inspect::default()
    })
}

fn switch(process: usize, on: bool) -> Command {
    Command::Switch { process, on }
}

fn dose(multiple: f64) -> Command {
    Command::Dose { drug: 0, multiple }
}

#[test]
fn a_full_channel_keeps_the_last_position_only() {
    let (sender, receiver) = sync_channel(1);
    let mut outbox = Outbox::new(sender);
    for command in [Command::Step, dose(0.5), dose(1.5), Command::Restart] {
        outbox.send(command);
    }
    assert_eq!(receiver.try_recv(), Ok(Command::Step));
    outbox.flush();
    assert_eq!(receiver.try_recv(), Ok(dose(1.5)));
    outbox.flush();
    assert_eq!(receiver.try_recv(), Ok(Command::Restart));
    drop(receiver);
    outbox.send(Command::Step);
    assert!(outbox.is_closed());
}

#[test]
fn a_wish_holds_until_followed_or_for_two_seconds() {
    let (sender, _receiver) = sync_channel(9);
    let mut outbox = Outbox::new(sender);
    let mut snapshot = Snapshot {
        multiples: vec![1.0],
        ..Snapshot::default()
    };
    outbox.send(dose(2.0));
    outbox.settle(&snapshot, 1.0);
    assert_eq!(outbox.multiple(&snapshot, 0), 2.0);
    outbox.settle(&snapshot, 3.0);
    assert_eq!(outbox.multiple(&snapshot, 0), 1.0);
    outbox.send(Command::Play(true));
    assert!(outbox.playing(&snapshot));
    snapshot.playing = true;
    outbox.settle(&snapshot, 3.1);
    snapshot.playing = false;
    assert!(!outbox.playing(&snapshot));
}

#[test]
fn only_the_last_position_of_each_control_waits() {
    let (sender, receiver) = sync_channel(1);
    let mut outbox = Outbox::new(sender);
    let hold = |level| Command::Hold {
        drug: 1,
        level: Some(level),
    };
    outbox.send(Command::Step);
    for x in [1.0, 2.0, 3.0] {
        for command in [set(4, x), set(5, x), hold(x), inspect(x), Command::Scrub(x)] {
            outbox.send(command);
        }
        outbox.send(Command::Derive(Some(Local::Field(0))));
        outbox.send(Command::HistoryBudget(9));
        outbox.send(switch(2, x < 2.0));
    }
    let mut got = Vec::new();
    while let Ok(command) = receiver.try_recv() {
        got.push(command);
        outbox.flush();
    }
    let last = [
        Command::Step,
        set(4, 3.0),
        set(5, 3.0),
        hold(3.0),
        inspect(3.0),
        Command::Scrub(3.0),
        Command::Derive(Some(Local::Field(0))),
        Command::HistoryBudget(9),
        switch(2, false),
    ];
    assert_eq!(got, last);
}

#[test]
fn what_an_undo_takes_back_is_not_left_out() {
    let (sender, receiver) = sync_channel(1);
    let mut outbox = Outbox::new(sender);
    let sent = [
        Command::Step,
        set(0, 1.0),
        inspect(1.0),
        Command::Undo,
        set(0, 2.0),
        inspect(2.0),
    ];
    for command in sent {
        outbox.send(command);
    }
    let mut got = Vec::new();
    while let Ok(command) = receiver.try_recv() {
        got.push(command);
        outbox.flush();
    }
    let kept = [
        Command::Step,
        set(0, 1.0),
        Command::Undo,
        set(0, 2.0),
        inspect(2.0),
    ];
    assert_eq!(got, kept);
}

#[test]
fn parameters_holds_and_switches_show_the_wish_until_followed() {
    let (sender, _receiver) = sync_channel(99);
    let mut outbox = Outbox::new(sender);
    let mut snapshot = Snapshot {
        parameters: Arc::new(vec![vec![1.0], vec![3.0]]),
        holds: vec![None],
        off: vec![false],
        ..Snapshot::default()
    };
    assert_eq!(outbox.parameter(&snapshot, 1, 0), Some(3.0));
    outbox.send(set(0, 2.0));
    outbox.send(switch(0, false));
    let level = Some(5.0);
    outbox.send(Command::Hold { drug: 0, level });
    outbox.settle(&snapshot, 0.1);
    assert_eq!(outbox.parameter(&snapshot, 1, 0), Some(2.0));
    assert_eq!(outbox.hold(&snapshot, 0), Some(5.0));
    assert!(!outbox.switched_on(&snapshot, 0));
    snapshot.parameters = Arc::new(vec![vec![2.0], vec![f64::from(2.0_f32)]]);
    snapshot.holds = vec![level];
    snapshot.off = vec![true];
    outbox.settle(&snapshot, 0.2);
    assert!(!outbox.waits());
    outbox.send(set(0, 4.0));
    outbox.send(Command::ResetParameters);
    assert_eq!(outbox.wished_parameter(0), None);
    outbox.send(set(0, 4.0));
    outbox.send(Command::Undo);
    assert_eq!(outbox.wished_parameter(0), None);
}
