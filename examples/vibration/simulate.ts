import type { Rng } from '../../src/numerics/rng.ts';

/** What the machine's bearing housing can tell. */
export const CLASSES = ['healthy', 'unbalance', 'misalignment', 'looseness', 'bearing', 'gear'] as const;
/** Samples per second and axis. */
export const RATE = 800;
/** Samples of a recording: 160 ms, three to eight turns of the shaft. */
export const LENGTH = 128;
/** x and y across the shaft, z along it. */
export const AXES = 3;
/** Counts of the sensor per g: 8 bits for +-2 g. */
export const COUNTS_PER_G = 64;

/** Impacts per turn when a ball passes a crack of the outer race: a bearing of nine balls. */
const OUTER_RACE = 3.57;
/** Teeth of the wheel on the shaft. */
const TEETH = 7;

/** One machine at one moment. Frequencies in Hz, accelerations in g. */
interface Machine {
  readonly speed: number;
  /** How far the fault has gone: 0 none, 1 grave. */
  readonly severity: number;
  /** Natural frequency of the housing, and how fast it rings off, 1/s. */
  readonly resonance: number;
  readonly damping: number;
}

type Acceleration = [x: number, y: number, z: number];

/** What a fault adds to the vibration of a healthy machine, from the angle of the shaft in radians. */
type Fault = (machine: Machine, rng: Rng) => (angle: number) => Acceleration;

/** In the order of CLASSES. */
const FAULTS: readonly Fault[] = [() => () => [0, 0, 0], unbalance, misalignment, looseness, bearing, gear];

/**
 * LENGTH x AXES counts, the axes of a moment side by side as a sensor's FIFO gives them. Each recording is of another
 * machine: speed, load, severity, place and tilt of the sensor, noise.
 */
export function record(label: number, rng: Rng): Int8Array {
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const machine: Machine = {
    speed: between(20, 50),
    severity: between(0.25, 1),
    resonance: between(220, 340),
    damping: between(90, 200),
  };
  const rest = restOf(rng);
  const fault = FAULTS[label](machine, rng);
  const phase = between(0, 2 * Math.PI);
  const turn = between(0, 2 * Math.PI);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const sensitivity = between(0.7, 1.3);
  const noise = between(0.03, 0.1);
  const tilt = Array.from({ length: AXES }, () => between(-0.08, 0.08));

  const counts = new Int8Array(LENGTH * AXES);
  for (let i = 0; i < LENGTH; i++) {
    const angle = phase + (2 * Math.PI * machine.speed * i) / RATE;
    const [own, added] = [rest(angle), fault(angle)];
    const [x, y, z] = own.map((g, axis) => sensitivity * (g + added[axis]));
    for (const [axis, g] of [cos * x - sin * y, sin * x + cos * y, z].entries()) {
      const count = Math.round(COUNTS_PER_G * (g + tilt[axis] + noise * rng.normal()));
      counts[i * AXES + axis] = Math.max(-128, Math.min(127, count));
    }
  }
  return counts;
}

/** What every machine has: a little unbalance and misalignment, the mesh of the wheels, a rumble of the bearings. */
function restOf(rng: Rng): (angle: number) => Acceleration {
  const once = 0.03 + 0.09 * rng.uniform();
  const twice = 0.01 + 0.04 * rng.uniform();
  const mesh = 0.02 + 0.06 * rng.uniform();
  const rumble = 0.02 + 0.04 * rng.uniform();
  return (angle) => {
    const teeth = mesh * Math.sin(TEETH * angle);
    return [
      once * Math.cos(angle) + twice * Math.cos(2 * angle) + teeth + rumble * rng.normal(),
      once * Math.sin(angle) + twice * Math.sin(2 * angle + 1) + 0.7 * teeth + rumble * rng.normal(),
      0.4 * twice * Math.cos(2 * angle + 2) + 0.5 * teeth + 0.5 * rumble * rng.normal(),
    ];
  };
}

/** A force that turns with the shaft and grows with the square of its speed; the housing is less stiff one way. */
function unbalance({ speed, severity }: Machine, rng: Rng) {
  const size = 0.85 * severity * (speed / 40) ** 2 + 0.05;
  const stiffness = 0.6 + 0.4 * rng.uniform();
  return (angle: number): Acceleration => [
    size * Math.cos(angle),
    size * stiffness * Math.sin(angle),
    0.1 * size * Math.cos(angle + 0.5),
  ];
}

/** Two coupled shafts that do not meet: twice per turn across, and once and twice along the shaft. */
function misalignment({ severity }: Machine, rng: Rng) {
  const size = 0.1 + 0.4 * severity;
  const bend = 2 * Math.PI * rng.uniform();
  return (angle: number): Acceleration => [
    size * (0.5 * Math.cos(angle) + Math.cos(2 * angle + bend)),
    size * (0.5 * Math.sin(angle) + 0.6 * Math.cos(2 * angle + bend)),
    size * (0.7 * Math.cos(angle + bend) + 0.5 * Math.cos(2 * angle) + 0.2 * Math.cos(3 * angle)),
  ];
}

/** A foot that lifts and falls back: the wave is cut off on one side, and every other turn is unlike the one before. */
function looseness({ severity }: Machine, rng: Rng) {
  const size = 0.2 + 0.6 * severity;
  const [first, half] = [2 * Math.PI * rng.uniform(), 2 * Math.PI * rng.uniform()];
  const level = 0.1 + 0.4 * rng.uniform();
  return (angle: number): Acceleration => {
    const wave = Math.cos(angle + first) + 0.5 * Math.cos(angle / 2 + half);
    const cut = size * Math.max(wave - level, 0);
    return [0.3 * cut, cut, 0.2 * cut];
  };
}

/** A crack of the outer race: each ball that passes strikes the housing, which rings. */
function bearing(machine: Machine, rng: Rng) {
  const size = 0.25 + 0.5 * machine.severity;
  const perTurn = OUTER_RACE * (1 + 0.02 * (rng.uniform() - 0.5)); // balls slip
  return (angle: number): Acceleration => {
    const ring = size * ringing(machine, angle, perTurn);
    return [0.5 * ring, ring, 0.3 * ring];
  };
}

/** A broken tooth: once per turn the mesh falters, which strikes and changes its strength. */
function gear(machine: Machine, rng: Rng) {
  const size = 0.25 + 0.55 * machine.severity;
  const tooth = 2 * Math.PI * rng.uniform();
  return (angle: number): Acceleration => {
    const ring = size * ringing(machine, angle + tooth, 1);
    const mesh = 0.35 * size * (1 + Math.cos(angle + tooth)) * Math.sin(TEETH * angle);
    return [ring + mesh, 0.6 * ring + 0.7 * mesh, 0.5 * ring + 0.5 * mesh];
  };
}

/** The housing's answer to the last of `perTurn` strikes: exp(-damping t) sin(2 pi resonance t). */
function ringing({ speed, resonance, damping }: Machine, angle: number, perTurn: number): number {
  const strikes = (angle / (2 * Math.PI)) * perTurn;
  const time = (strikes - Math.floor(strikes)) / (speed * perTurn);
  return Math.exp(-damping * time) * Math.sin(2 * Math.PI * resonance * time);
}
