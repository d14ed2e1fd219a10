//! A storm: the plan's steps, one after the other, each device doing what falls to it in its order.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::action::TABLE;
use crate::fault::Fault;
use crate::hand::Hand;
use crate::model::{Index, Since};
use crate::plan::{Event, Step};
use crate::world::{World, thread_name};

/// Something that a device's person does.
enum Order {
    Act {
        action: usize,
        seed: u64,
    },
    Join,
    /// Answers when everything before it is done.
    Barrier(oneshot::Sender<()>),
}

/// Something that befalls a device, whatever it is doing.
enum Blow {
    Kill,
    Start,
}

/// The ways to one device's task.
struct Ways {
    orders: mpsc::UnboundedSender<Order>,
    blows: mpsc::UnboundedSender<Blow>,
}

/// The devices' tasks.
pub(crate) struct Devices {
    ways: Vec<Ways>,
    pub(crate) tasks: JoinSet<()>,
}

/// After a try to sign in that failed, before the next.
const LOGIN_PAUSE: Duration = Duration::from_millis(100);

impl Devices {
    /// Starts a task for every device.
    pub(crate) fn start(world: &Arc<World>) -> Self {
        let mut tasks = JoinSet::new();
        let ways = (0..world.devices.len())
            .map(|index| {
                let (orders, ordered) = mpsc::unbounded_channel();
                let (blows, befalling) = mpsc::unbounded_channel();
                tasks.spawn(live(Arc::clone(world), index, ordered, befalling));
                Ways { orders, blows }
            })
            .collect();
        Self { ways, tasks }
    }

    fn order(&self, device: Index, order: Order) {
        // A task that has ended has panicked, which its owner sees.
        let _ = self.ways[device].orders.send(order);
    }

    fn befall(&self, device: Index, blow: Blow) {
        let _ = self.ways[device].blows.send(blow);
    }

    /// Runs the steps. What lasts at their end lasts until [`Devices::calm`].
    pub(crate) async fn storm(&self, world: &World, steps: &[Step]) {
        for (line, seed) in world.lines.iter().zip(1..) {
            let seed = world.plan.seed.wrapping_mul(1_000_003).wrapping_add(seed);
            world.plan.line_faults.begin(line, seed, &world.counts);
        }
        for step in steps {
            self.step(world, step.event).await;
            sleep(Duration::from_millis(step.pause_ms)).await;
        }
    }

    async fn step(&self, world: &World, event: Event) {
        let count = |fault| world.counts.add(fault);
        match event {
            Event::Act {
                device,
                action,
                seed,
            } => self.order(device, Order::Act { action, seed }),
            Event::Join { device } => self.order(device, Order::Join),
            Event::Kill { device } => {
                count(match world.plan.devices[device].is_process {
                    true => Fault::Kill,
                    false => Fault::Abort,
                });
                self.befall(device, Blow::Kill);
            }
            Event::Start { device } => self.befall(device, Blow::Start),
            Event::Close { device } => {
                count(Fault::Disconnect);
                world.lines[device].close();
            }
            Event::Open { device } => world.lines[device].open(),
            Event::Jump { device, by_ms } => {
                count(Fault::ClockJump);
                world.model().jumped.insert(device);
                world.clocks[device].as_ref().expect("a core").jump(by_ms);
            }
            Event::KillServer => {
                let mut state = world.server.lock().await;
                count(Fault::KillServer);
                state.server.kill().await;
                state.is_running = false;
            }
            Event::StartServer => start_server(world).await,
        }
    }

    /// Ends all faults, and waits until everything that was ordered is done.
    pub(crate) async fn calm(&self, world: &World) {
        start_server(world).await;
        for line in &world.lines {
            line.pass();
            line.open();
        }
        let mut done = Vec::new();
        for device in 0..self.ways.len() {
            self.befall(device, Blow::Start);
            let (sender, receiver) = oneshot::channel();
            self.order(device, Order::Barrier(sender));
            done.push(receiver);
        }
        for receiver in done {
            receiver.await.expect("the device's task lives");
        }
    }
}

async fn start_server(world: &World) {
    let mut state = world.server.lock().await;
    if !state.is_running {
        state.server.restart().await;
        state.is_running = true;
    }
}

/// A device's life: what is ordered, in order, and blows at any time, also in the middle of something.
async fn live(
    world: Arc<World>,
    index: Index,
    mut orders: mpsc::UnboundedReceiver<Order>,
    mut blows: mpsc::UnboundedReceiver<Blow>,
) {
    let mut order = None;
    loop {
        let is_running = world.devices[index].read().await.is_running();
        let blow = tokio::select! {
            biased;
            blow = blows.recv() => blow,
            next = orders.recv(), if is_running && order.is_none() => {
                order = match next {
                    Some(next) => Some(next),
                    None => return,
                };
                continue;
            }
            () = obey(&world, index, &mut order), if is_running && order.is_some() => continue,
        };
        match blow {
            Some(Blow::Kill) if is_running => {
                // What was being done is not done again, except signing in.
                order = order.filter(|order| matches!(order, Order::Join));
                world.devices[index].write().await.kill().await;
            }
            Some(Blow::Start) if !is_running => {
                let name = thread_name(world.plan.seed, index);
                world.devices[index].write().await.start(&name).await;
            }
            Some(_) => {}
            None => return,
        }
    }
}

/// Does what is ordered; the order is taken when it is done.
async fn obey(world: &World, index: Index, order: &mut Option<Order>) {
    let device = world.devices[index].read().await;
    match order {
        Some(Order::Act { action, seed }) => {
            let row = &TABLE[*action];
            let mut hand = Hand {
                world,
                device: &device,
                index,
                rng: Rng::with_seed(*seed),
            };
            if (row.act)(&mut hand).await.is_some() {
                world.note_action(row.name);
            }
        }
        Some(Order::Join) => {
            while world.login(index, &device).await.is_none() {
                sleep(LOGIN_PAUSE).await;
            }
            world.model().since.insert(index, Since::Unknown);
        }
        Some(Order::Barrier(_)) | None => {}
    }
    if let Some(Order::Barrier(done)) = order.take() {
        // Who waits for it may be gone.
        let _ = done.send(());
    }
}
