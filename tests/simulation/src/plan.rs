//! What a seed stands for: who takes part, with which devices, what they do, and what befalls them.
//!
//! A plan is drawn before anything runs, from the seed alone. What the actions find when their turn
//! comes depends on threads and processes, so two runs of a seed have the same plan and not the same
//! interleaving.

use fastrand::Rng;

use crate::action::TABLE;
use crate::line::LineFaults;

/// Steps of a storm.
const STEPS: std::ops::Range<usize> = 69..162;
/// Between two steps, in milliseconds: the time that people take.
const PAUSE_MS_MAX: u64 = 60;
/// Storms of a run, each followed by a calm in which everything is checked.
const STORMS: usize = 2;
/// A device's clock jumps by at most this much.
const JUMP_MS_MAX: i64 = 3 * 24 * 60 * 60 * 1000;

/// A run.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) people: usize,
    pub(crate) devices: Vec<DevicePlan>,
    pub(crate) line_faults: LineFaults,
    pub(crate) storms: Vec<Vec<Step>>,
}

/// A device.
#[derive(Debug)]
pub(crate) struct DevicePlan {
    /// Whose it is.
    pub(crate) person: usize,
    /// A process of its own, which is really killed.
    pub(crate) is_process: bool,
    /// It is signed in in the second storm, not before the first.
    pub(crate) is_late: bool,
}

/// Something that happens, and how long nothing happens after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) event: Event,
    pub(crate) pause_ms: u64,
}

/// Something that happens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// A person does something on a device: which row of the table, and the seed of its choices.
    Act {
        device: usize,
        action: usize,
        seed: u64,
    },
    /// A late device is signed in.
    Join { device: usize },
    /// A device's program ends at once.
    Kill { device: usize },
    /// It starts again.
    Start { device: usize },
    /// A device loses its network.
    Close { device: usize },
    /// It has it again.
    Open { device: usize },
    /// A device's clock moves.
    Jump { device: usize, by_ms: i64 },
    /// The server's process is killed.
    KillServer,
    /// It starts again on its data.
    StartServer,
}

/// How likely a step is a blow instead of an action: one in so many, 0 for never.
#[derive(Debug)]
struct Blows {
    kill: u32,
    close: u32,
    jump: u32,
    kill_server: u32,
}

impl Plan {
    pub(crate) fn draw(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let people = rng.usize(3..=4);
        // One seed in three has processes among its devices; they are slow to start again.
        let has_processes = rng.u8(0..3) == 0;
        let mut devices = Vec::new();
        for place in 0..2 * people {
            let person = place % people;
            let is_second = place >= people;
            if is_second && rng.u8(0..4) == 0 {
                continue;
            }
            devices.push(DevicePlan {
                person,
                is_process: has_processes && rng.bool(),
                is_late: is_second && rng.bool(),
            });
        }
        let line_faults = LineFaults::draw(&mut rng);
        let mut one_in = |often: u32, rare: u32| match rng.u8(0..3) {
            0 => 0,
            _ => rng.u32(often..rare),
        };
        let blows = Blows {
            kill: one_in(8, 40),
            close: one_in(8, 40),
            jump: one_in(10, 60),
            kill_server: one_in(25, 100),
        };
        let storms = (0..STORMS)
            .map(|storm| draw_storm(&mut rng, &devices, &blows, storm))
            .collect();
        Self {
            seed,
            people,
            devices,
            line_faults,
            storms,
        }
    }
}

fn draw_storm(rng: &mut Rng, devices: &[DevicePlan], blows: &Blows, storm: usize) -> Vec<Step> {
    let mut ends: Vec<(usize, Event)> = Vec::new();
    let mut steps = Vec::new();
    let mut is_here: Vec<bool> = devices.iter().map(|device| !device.is_late).collect();
    let mut joins: Vec<usize> = (0..devices.len())
        .filter(|&device| devices[device].is_late && storm == 1)
        .collect();
    let count = rng.usize(STEPS);
    let weights: u32 = TABLE.iter().map(|row| row.weight).sum();
    for at in 0..count {
        let mut add = |event, pause_ms| steps.push(Step { event, pause_ms });
        while let Some(place) = ends.iter().position(|(end, _)| *end <= at) {
            add(ends.swap_remove(place).1, 0);
        }
        let mut hits = |one_in: u32| one_in > 0 && rng.u32(0..one_in) == 0;
        let (kill, close) = (hits(blows.kill), hits(blows.close));
        let (jump, kill_server) = (hits(blows.jump), hits(blows.kill_server));
        let device = rng.usize(0..devices.len());
        let until = at + rng.usize(1..12);
        let pause_ms = rng.u64(0..PAUSE_MS_MAX);
        let is_hit = |wanted: fn(&Event) -> Option<usize>| {
            ends.iter().any(|(_, event)| wanted(event) == Some(device))
        };
        if at % 10 == 5
            && let Some(device) = joins.pop()
        {
            is_here[device] = true;
            add(Event::Join { device }, pause_ms);
        } else if !is_here[device] {
            add(act(rng, 0, weights), pause_ms);
        } else if kill && !is_hit(Event::started) {
            add(Event::Kill { device }, pause_ms);
            ends.push((until, Event::Start { device }));
        } else if close && !is_hit(Event::opened) {
            add(Event::Close { device }, pause_ms);
            ends.push((until, Event::Open { device }));
        } else if jump && !devices[device].is_process {
            let by_ms = rng.i64(-JUMP_MS_MAX..=JUMP_MS_MAX);
            add(Event::Jump { device, by_ms }, pause_ms);
        } else if kill_server
            && !ends
                .iter()
                .any(|(_, end)| matches!(end, Event::StartServer))
        {
            add(Event::KillServer, pause_ms);
            ends.push((at + rng.usize(1..6), Event::StartServer));
        } else {
            add(act(rng, device, weights), pause_ms);
        }
    }
    // Whatever still lasts is ended by the calm.
    steps
}

fn act(rng: &mut Rng, device: usize, weights: u32) -> Event {
    let mut drawn = rng.u32(0..weights);
    let action = TABLE.iter().position(|row| {
        let is_it = drawn < row.weight;
        drawn = drawn.wrapping_sub(row.weight);
        is_it
    });
    Event::Act {
        device,
        action: action.expect("weights add up"),
        seed: rng.u64(..),
    }
}

impl Event {
    fn started(&self) -> Option<usize> {
        match self {
            Self::Start { device } => Some(*device),
            _ => None,
        }
    }

    fn opened(&self) -> Option<usize> {
        match self {
            Self::Open { device } => Some(*device),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_plan() {
        for seed in 0..20 {
            assert_eq!(
                format!("{:?}", Plan::draw(seed)),
                format!("{:?}", Plan::draw(seed))
            );
        }
        assert_ne!(
            format!("{:?}", Plan::draw(1).storms),
            format!("{:?}", Plan::draw(2).storms)
        );
    }

    #[test]
    fn every_action_and_every_blow_is_drawn_by_some_seed() {
        let mut actions = vec![0_usize; TABLE.len()];
        let mut blows = [0_usize; 5];
        for seed in 0..200 {
            for step in Plan::draw(seed).storms.concat() {
                match step.event {
                    Event::Act { action, .. } => actions[action] += 1,
                    Event::Join { .. } => blows[0] += 1,
                    Event::Kill { .. } => blows[1] += 1,
                    Event::Close { .. } => blows[2] += 1,
                    Event::Jump { .. } => blows[3] += 1,
                    Event::KillServer => blows[4] += 1,
                    Event::Start { .. } | Event::Open { .. } | Event::StartServer => {}
                }
            }
        }
        assert!(actions.iter().chain(&blows).all(|&count| count > 0));
    }
}
