package fleet

import (
	"maps"
	"slices"
	"time"
)

// Results is what came of a run. Latencies are counted from the time at which a report or command was due.
type Results struct {
	Seed     uint64
	Setup    time.Duration // until all devices were configured and attached
	Duration time.Duration // from then on
	Lag      time.Duration // longest time that something due waited for a worker; a long one means that the load was too high
	Kinds    []KindResults // as in the Scenario
	Interval time.Duration // between Samples
	Samples  []Sample
}

// KindResults are the results for the devices of one kind.
type KindResults struct {
	Name     string
	Devices  int
	Uplink   Uplink
	Downlink Downlink
	Radio    Radio
}

// Uplink counts reports: Sent is Delivered, Failed and Pending together.
type Uplink struct {
	Sent      int64            // were due
	Delivered int64            // the device got success
	Failed    int64            // the device got something else, or was out of coverage
	Pending   int64            // had no answer when the run ended
	Reasons   map[string]int64 // of Failed
	Arrived   int64            // at the application server; more than Delivered when an answer was lost
	Latency   Histogram        // until then
}

// Downlink counts commands: Sent is AtOnce, Later, Expired, Failed and Pending together.
type Downlink struct {
	Sent    int64            // were due
	AtOnce  int64            // delivered before the POST was answered
	Later   int64            // stored, then delivered
	Expired int64            // stored, then given up
	Failed  int64            // refused, or stored and then lost
	Pending int64            // had no outcome when the run ended
	Reasons map[string]int64 // of Failed
	Stored  int64            // were stored, whatever came of them

	AtOnceLatency, LaterLatency Histogram // until the device got the data

	Repeated int64 // data that a device got again, or after the outcome
	Unseen   int64 // delivered, as the application server was told, but no device got it
	Untold   int64 // a device got it, but the application server was told otherwise
}

// Radio is the use of the radio, from which follows the energy.
type Radio struct {
	WakeUps    int64         // times that a radio connected
	Connected  time.Duration // all devices together
	Listening  time.Duration // not connected, but awake for paging; with eDRX in the mean over all phases
	Signalling int64         // announcements to the SCEF that it did not accept
}

// Sample is what happened in one interval.
type Sample struct {
	Reports, Commands int64         // were due
	WakeUps           int64         //
	Connected         time.Duration // all devices together
	Buffered          int           // commands that the SCEF stored at the end
	MostBuffered      int           // at any time
}

func newKindResults(name string, devices int) KindResults {
	return KindResults{
		Name: name, Devices: devices,
		Uplink: Uplink{Reasons: map[string]int64{}}, Downlink: Downlink{Reasons: map[string]int64{}},
	}
}

// Total returns the sum over all kinds, with the name "all".
func (r *Results) Total() KindResults {
	t := newKindResults("all", 0)
	for i := range r.Kinds {
		t.add(&r.Kinds[i])
	}
	return t
}

func (t *KindResults) add(k *KindResults) {
	t.Devices += k.Devices
	u, v := &t.Uplink, &k.Uplink
	u.Sent, u.Delivered, u.Failed, u.Pending, u.Arrived = u.Sent+v.Sent, u.Delivered+v.Delivered, u.Failed+v.Failed, u.Pending+v.Pending, u.Arrived+v.Arrived
	count(u.Reasons, v.Reasons)
	u.Latency.Merge(&v.Latency)
	d, e := &t.Downlink, &k.Downlink
	for _, x := range []struct {
		to *int64
		by int64
	}{
		{&d.Sent, e.Sent}, {&d.AtOnce, e.AtOnce}, {&d.Later, e.Later}, {&d.Expired, e.Expired}, {&d.Failed, e.Failed},
		{&d.Pending, e.Pending}, {&d.Stored, e.Stored}, {&d.Repeated, e.Repeated}, {&d.Unseen, e.Unseen}, {&d.Untold, e.Untold},
	} {
		*x.to += x.by
	}
	count(d.Reasons, e.Reasons)
	d.AtOnceLatency.Merge(&e.AtOnceLatency)
	d.LaterLatency.Merge(&e.LaterLatency)
	t.Radio.WakeUps += k.Radio.WakeUps
	t.Radio.Connected += k.Radio.Connected
	t.Radio.Listening += k.Radio.Listening
	t.Radio.Signalling += k.Radio.Signalling
}

func count(to, by map[string]int64) {
	for k, n := range by {
		to[k] += n
	}
}

// results closes the books at the time end.
func (f *Fleet) results(setup, end time.Duration) *Results {
	listened := make([]time.Duration, len(f.s.Kinds))
	over := make([]time.Duration, len(f.s.Kinds)) // connections that would end later
	for n := range f.devices {
		d := &f.devices[n]
		d.mu.Lock()
		listened[d.kind] += d.power().listened(&d.radio, end)
		over[d.kind] += max(min(d.radio.until, f.s.Duration)-end, 0)
		d.mu.Unlock()
	}
	b := &f.books
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &Results{Seed: f.s.Seed, Setup: setup, Duration: end, Lag: b.lag, Interval: f.s.Interval, Samples: b.samples.until(end)}
	for i, k := range b.kinds { // what is late counts for a later state of the books, so maps are cloned
		k.Uplink.Pending = k.Uplink.Sent - k.Uplink.Delivered - k.Uplink.Failed
		k.Uplink.Reasons, k.Downlink.Reasons = maps.Clone(k.Uplink.Reasons), maps.Clone(k.Downlink.Reasons)
		k.Radio.Listening += listened[i]
		k.Radio.Connected -= over[i]
		r.Kinds = append(r.Kinds, k)
	}
	for _, p := range b.waiting {
		r.Kinds[p.kind].Downlink.Pending++
	}
	return r
}

// samples are the intervals of a run.
type samples struct {
	list     []Sample
	interval time.Duration
	end      time.Duration
	filled   int // the last one that knows Buffered
}

func (s *samples) init(end, interval time.Duration) {
	s.list = make([]Sample, (end+interval-1)/interval)
	s.end, s.interval = end, interval
}

// index returns the interval of a time; times beyond the end are in the last one.
func (s *samples) index(t time.Duration) int { return min(max(int(t/s.interval), 0), len(s.list)-1) }

func (s *samples) at(t time.Duration) *Sample { return &s.list[s.index(t)] }

// connected adds a connection to the intervals that it lasts, and returns how long it is within the run.
func (s *samples) connected(from, to time.Duration) time.Duration {
	to = min(to, s.end)
	for t := from; t < to; {
		next := min(t-t%s.interval+s.interval, to)
		s.at(t).Connected += next - t
		t = next
	}
	return max(to-from, 0)
}

// buffer notes how much is stored from the time t on.
func (s *samples) buffer(t time.Duration, n int) {
	x := s.fill(max(s.index(t), s.filled))
	x.Buffered = n
	x.MostBuffered = max(x.MostBuffered, n)
}

// fill carries what is stored over to interval i, and returns it.
func (s *samples) fill(i int) *Sample {
	for s.filled < i {
		n := s.list[s.filled].Buffered
		s.filled++
		s.list[s.filled].Buffered, s.list[s.filled].MostBuffered = n, n
	}
	return &s.list[i]
}

// until returns the samples up to the time end.
func (s *samples) until(end time.Duration) []Sample {
	last := s.index(max(end-1, 0))
	s.fill(last)
	return slices.Clone(s.list[:last+1])
}
