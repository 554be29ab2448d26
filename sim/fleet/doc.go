// Package fleet is a device model for experiments: from one to a million simulated UEs that report, sleep, lose coverage and
// get commands, their application server, and what came of it as numbers, CSV and a page with plots.
//
// A [Scenario] says how many devices of which [Kind] there are: their power saving ([Power]: PSM with active time and
// periodic TAU, eDRX with cycle and paging window), their [Coverage], and their [Traffic] in both directions, each by a
// [Pattern]: [Periodic], [Poisson], [Bursts], or a function of your own. [Fleet.Run] plays it on a [Network]: one or more
// [sim.MME], whose connections all devices share, and the T8 API of an SCEF. The [Results] have the outcome of each report
// and command, latencies, the use of the radio from which energy follows, and what the SCEF stored over time;
// [Results.WriteCSV] and [Results.WriteHTML] write them. They also compare what the SCEF told the application server with
// what the devices got.
//
// There are two ways to run it, and the clock of package time serves both:
//
//   - In a test, in a bubble of testing/synctest, where a day passes in seconds. The SCEF is in the same process then:
//     [diameter.Pipe] joins it with the MMEs, and [Fleet.Notify] takes its notifications. This works in tests only, as
//     the timers of an SCEF are those of package time and nothing else could move them. Copy the file day_test.go. With
//     the same seed the same happens.
//   - In a program, as a load generator for an SCEF on sockets, within Scenario.Duration and Scenario.Limit. Load does not
//     wait for answers: what is due while all workers are busy begins late, which shows in latencies and Results.Lag.
//     The program is examples/lab in the repository.
//
// A device has no goroutine and no timer: one heap of what is due serves all, and a bounded number of workers carries it
// out. An idle device takes less than 1 KiB, its part of the MME included; TestMemory has the figure.
//
// What the model leaves out: moving data takes the radio no time (a [sim.Fault] of the MME with a Delay can stand for it),
// a device does not repeat reports that failed nor keep those of a time without coverage, it does not move between MMEs,
// and the network never gives up a device that misses its TAU.
//
// Fleet is safe for concurrent use where it says so; Results and Histogram are plain values.
package fleet
