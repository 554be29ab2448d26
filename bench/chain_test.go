package bench

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var (
	messages = flag.Int("messages", 12_000, "messages of each round of a chain")
	rounds   = flag.Int("rounds", 15, "rounds of each program; the medians count")
	profiles = flag.String("profiles", "", "`directory` for CPU and allocation profiles of both programs")
)

const (
	outstanding = 64
	chainUEs    = 1024
)

// BenchmarkUplinkChain measures an ODR that becomes a POST and then an ODA.
func BenchmarkUplinkChain(b *testing.B) {
	for _, conns := range []int{1, 4} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			destination := listenAS(b)
			floor := start(b, role{Run: "uplink floor", Destination: destination, Workers: outstanding})
			floorMMEs := dialMMEs(b, floor.Diameter, conns)
			ours, mmes, _ := startSCEF(b, destination, conns)
			pick := func(conn, k int) int { return (conn + k*conns) % chainUEs }
			compare(b, floor, ours,
				func(n int) (*load, error) { return uplink(floorMMEs, n, outstanding, pick) },
				func(n int) (*load, error) { return uplink(mmes, n, outstanding, pick) })
		})
	}
}

// BenchmarkDownlinkChain measures a POST that becomes a TDR, a TDA and then a 200.
func BenchmarkDownlinkChain(b *testing.B) {
	for _, conns := range []int{1, 4} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			var nodes []string
			for i := range conns {
				nodes = append(nodes, listenMME(b, i))
			}
			floor := start(b, role{Run: "downlink floor", Nodes: nodes})
			ours, _, ids := startSCEF(b, listenAS(b), conns)
			var requests [][]byte
			for ue, configID := range ids {
				requests = append(requests, downlinkRequest(ours.T8, configID, ue))
			}
			pick := func(conn, k int) []byte { return requests[(conn+k*outstanding)%chainUEs] } // no UE twice at a time
			compare(b, floor, ours,
				func(n int) (*load, error) { return downlink(floor.T8, n, outstanding, pick) },
				func(n int) (*load, error) { return downlink(ours.T8, n, outstanding, pick) })
		})
	}
}

// BenchmarkHalfLoad measures how long a message takes at half the rate that the SCEF reaches, and beside it the floor at that
// same rate. Messages are sent on time, however long others take, and their time counts from when they were due.
func BenchmarkHalfLoad(b *testing.B) {
	destination := listenAS(b)
	node := listenMME(b, 0)
	ours, mmes, ids := startSCEF(b, destination, 1)
	up := start(b, role{Run: "uplink floor", Destination: destination, Workers: outstanding})
	upMMEs := dialMMEs(b, up.Diameter, 1)
	down := start(b, role{Run: "downlink floor", Nodes: []string{node}})
	var requests [][]byte
	for ue, configID := range ids {
		requests = append(requests, downlinkRequest(ours.T8, configID, ue))
	}
	request := func(conn, k int) []byte { return requests[(conn+k*outstanding)%chainUEs] }
	ue := func(conn, k int) int { return (conn + k) % chainUEs }
	for _, x := range []struct {
		name string
		full func(n int) (*load, error)
		half func(floor bool, n int, every time.Duration) (*load, error)
	}{
		{"uplink", func(n int) (*load, error) { return uplink(mmes, n, outstanding, ue) },
			func(floor bool, n int, every time.Duration) (*load, error) {
				m := mmes[0]
				if floor {
					m = upMMEs[0]
				}
				return uplinkPaced(m, n, every, func(k int) int { return k % chainUEs })
			}},
		{"downlink", func(n int) (*load, error) { return downlink(ours.T8, n, outstanding, request) },
			func(floor bool, n int, every time.Duration) (*load, error) {
				address := ours.T8
				if floor {
					address = down.T8
				}
				return post(address, &load{messages: n, every: every, begin: time.Now()}, " 200 ", outstanding, request)
			}},
	} {
		b.Run(x.name, func(b *testing.B) {
			for b.Loop() {
				_, err := x.full(*messages)
				check(b, err)
				begin := time.Now()
				_, err = x.full(*messages)
				check(b, err)
				every := 2 * time.Since(begin) / time.Duration(*messages)
				var took [2][]time.Duration
				var ratio []float64
				for range *rounds {
					var p99 [2]float64
					for i, floor := range []bool{true, false} {
						l, err := x.half(floor, *messages, every)
						check(b, err)
						took[i] = append(took[i], l.took...)
						p99[i] = percentile(l.took, 99)
					}
					ratio = append(ratio, p99[1]/p99[0])
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(time.Second/every), "msg/s")
				b.ReportMetric(percentile(took[0], 50), "floor-p50-ms")
				b.ReportMetric(percentile(took[0], 99), "floor-p99-ms")
				b.ReportMetric(percentile(took[1], 50), "scef-p50-ms")
				b.ReportMetric(percentile(took[1], 99), "scef-p99-ms")
				b.ReportMetric(median(ratio), "times-the-floor")
			}
		})
	}
}

// storedUEs are configured and have no connection.
const storedUEs = 32_768

// BenchmarkStoredChain measures a POST of data that has to wait: it is answered 201 when it is on disk. It is compared with
// what the store takes in durable transactions of that size, in the same process, called directly by as many goroutines;
// and with a floor that does nothing but take POSTs, commit such a transaction for each, and answer.
func BenchmarkStoredChain(b *testing.B) {
	const clients = 128
	ours := start(b, role{Run: "scef", Dir: filepath.Join(b.TempDir(), "store"), HSS: listenHSS(b, storedUEs), Workers: clients})
	floor := start(b, role{Run: "stored floor", Dir: filepath.Join(b.TempDir(), "floor")})
	var requests [][]byte
	for ue, configID := range configure(b, ours.T8, listenAS(b), storedUEs) {
		requests = append(requests, downlinkRequest(ours.T8, configID, ue))
	}
	var turn atomic.Int64
	store := func(c *child) func(int) (*load, error) {
		return func(n int) (*load, error) {
			return post(c.T8, &load{messages: n}, " 201 ", clients, func(_, _ int) []byte { return requests[int(turn.Add(1))%storedUEs] })
		}
	}
	for b.Loop() {
		if *profiles != "" {
			check(b, profile(b, ours, store(ours), "scef"))
		}
		var rates [3][]float64 // of commits, of the floor, of the SCEF
		var ofCommits, ofFloor []float64
		for i := range *rounds {
			for k, run := range []func() error{
				func() error { ours.ask(fmt.Sprint("commit ", *messages)); return nil },
				func() error { _, err := store(floor)(*messages); return err },
				func() error { _, err := store(ours)(*messages); return err },
			} {
				begin := time.Now()
				check(b, run())
				rates[k] = append(rates[k], float64(*messages)/time.Since(begin).Seconds())
			}
			ofCommits = append(ofCommits, 100*rates[2][i]/rates[0][i])
			ofFloor = append(ofFloor, 100*rates[2][i]/rates[1][i])
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(median(rates[0]), "commits/s")
		b.ReportMetric(median(rates[1]), "floor/s")
		b.ReportMetric(median(rates[2]), "stored/s")
		b.ReportMetric(median(ofCommits), "%-of-commits")
		b.ReportMetric(median(ofFloor), "%-of-floor")
	}
}

// startSCEF starts an SCEF with UEs that are configured by HTTP and attached by CMR, in turn at its serving nodes.
func startSCEF(b *testing.B, destination string, conns int) (*child, []*mme, []string) {
	return startSCEFWith(b, destination, conns, chainUEs)
}

func startSCEFWith(b *testing.B, destination string, conns, ues int) (*child, []*mme, []string) {
	c := start(b, role{Run: "scef", Dir: filepath.Join(b.TempDir(), "store"), HSS: listenHSS(b, ues)})
	ids := configure(b, c.T8, destination, ues)
	mmes := dialMMEs(b, c.Diameter, conns)
	for i, m := range mmes {
		var own []int
		for ue := i; ue < ues; ue += conns {
			own = append(own, ue)
		}
		m.attach(b, own)
	}
	return c, mmes, ids
}

// tally is what a program needed.
type tally struct {
	cpu, mallocs, octets, rate []float64 // of each round
	took                       []time.Duration
}

func (t *tally) round(b *testing.B, c *child, work func(int) (*load, error)) {
	b.Helper()
	before := c.ask("usage")
	begin := time.Now()
	l, err := work(*messages)
	elapsed := time.Since(begin)
	check(b, err)
	after := c.ask("usage")
	t.count(before, after, elapsed, l.took)
	if after.Commits != before.Commits || after.Log != before.Log {
		b.Errorf("%d transactions wrote; log before:\n%safter:\n%s", after.Commits-before.Commits, before.Log, after.Log)
	}
}

func (t *tally) count(before, after usage, elapsed time.Duration, took []time.Duration) {
	n := float64(len(took))
	t.cpu = append(t.cpu, float64(after.CPU-before.CPU)/n/1000)
	t.mallocs = append(t.mallocs, float64(after.Mallocs-before.Mallocs)/n)
	t.octets = append(t.octets, float64(after.Bytes-before.Bytes)/n)
	t.rate = append(t.rate, n/elapsed.Seconds())
	t.took = append(t.took, took...)
}

// compare runs both programs in turn and reports them.
func compare(b *testing.B, floor, ours *child, floorWork, oursWork func(int) (*load, error)) {
	for b.Loop() { // it ends after the first turn, which takes longer than any -benchtime
		var f, o tally
		for _, warm := range []func(int) (*load, error){floorWork, oursWork} {
			_, err := warm(*messages)
			check(b, err)
		}
		if *profiles != "" {
			check(b, profile(b, ours, oursWork, "scef"))
			check(b, profile(b, floor, floorWork, "floor"))
		}
		var share []float64 // of pairs of rounds, which see the machine in about the same state
		for i := range *rounds {
			if i%2 == 0 {
				f.round(b, floor, floorWork)
			}
			o.round(b, ours, oursWork)
			if i%2 == 1 {
				f.round(b, floor, floorWork)
			}
			share = append(share, 100*f.cpu[i]/o.cpu[i])
		}
		b.ReportMetric(0, "ns/op") // of the whole comparison: it says nothing
		b.ReportMetric(median(f.cpu), "floor-us/msg")
		b.ReportMetric(median(o.cpu), "scef-us/msg")
		b.ReportMetric(median(share), "%-of-floor")
		b.ReportMetric(median(f.rate), "floor-msg/s")
		b.ReportMetric(median(o.rate), "scef-msg/s")
		b.ReportMetric(median(f.mallocs), "floor-allocs/msg")
		b.ReportMetric(median(o.mallocs), "scef-allocs/msg")
		b.ReportMetric(median(o.octets), "scef-B/msg")
		b.ReportMetric(percentile(o.took, 50), "scef-p50-ms")
		b.ReportMetric(percentile(o.took, 99), "scef-p99-ms")
		b.ReportMetric(percentile(f.took, 50), "floor-p50-ms")
		b.ReportMetric(percentile(f.took, 99), "floor-p99-ms")
	}
}

func profile(b *testing.B, c *child, work func(int) (*load, error), program string) error {
	return profileOf(b, c, program, func() error {
		_, err := work(*messages * 10)
		return err
	})
}

func profileOf(b *testing.B, c *child, program string, work func() error) error {
	name := filepath.Join(*profiles, strings.ReplaceAll(b.Name(), "/", "-")+"-"+program)
	c.ask("profile " + name + ".cpu.prof")
	err := work()
	c.ask("stop")
	c.ask("heap " + name + ".allocs.prof")
	return err
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// percentile returns the p-th percentile in milliseconds.
func percentile(took []time.Duration, p int) float64 {
	took = slices.Sorted(slices.Values(took))
	return float64(took[(len(took)-1)*p/100]) / float64(time.Millisecond)
}
