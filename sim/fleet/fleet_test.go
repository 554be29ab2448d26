package fleet_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/sim/fleet"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// rough is a scenario with every outcome: devices lose coverage, sleep beyond the time of commands, and are paged in vain.
func rough(seed uint64) fleet.Scenario {
	lost := fleet.Coverage{Every: 2 * time.Hour, Lasts: time.Hour}
	return fleet.Scenario{
		Duration: 12 * time.Hour, Seed: seed,
		Kinds: []fleet.Kind{{
			Name: "asleep", Count: 30, Coverage: lost,
			Power:    fleet.Power{PSM: true, ActiveTime: 2 * time.Minute, TAU: 2 * time.Hour},
			Uplink:   []fleet.Traffic{{Pattern: fleet.Poisson(time.Hour)}, {Pattern: fleet.Periodic(6 * time.Hour), Size: 8}},
			Downlink: []fleet.Traffic{{Pattern: fleet.Poisson(time.Hour), MaximumLatency: 20 * time.Minute}},
		}, {
			Name: "paged <in> windows", Count: 20, Coverage: lost,
			Power:    fleet.Power{EDRX: 10 * time.Minute, PagingWindow: 10 * time.Second},
			Uplink:   []fleet.Traffic{{Pattern: fleet.Bursts(seed, 3*time.Hour, time.Minute, 0.5)}},
			Downlink: []fleet.Traffic{{Pattern: fleet.Poisson(time.Hour), MaximumLatency: 15 * time.Minute}},
		}, {
			Name: "awake", Count: 10,
			Uplink:   []fleet.Traffic{{Pattern: fleet.Periodic(time.Hour)}},
			Downlink: []fleet.Traffic{{Pattern: fleet.Periodic(time.Hour)}},
		}},
	}
}

// TestAddsUp: each report and command has exactly one outcome, in the results, the samples and the CSV.
func TestAddsUp(t *testing.T) {
	r := day(t, rough(1))
	for i := range r.Kinds {
		k := &r.Kinds[i]
		u, d := &k.Uplink, &k.Downlink
		require.Equal(t, u.Sent, u.Delivered+u.Failed+u.Pending, k.Name)
		require.Equal(t, u.Arrived, u.Delivered, k.Name)
		require.Equal(t, u.Arrived, u.Latency.Count(), k.Name)
		require.Equal(t, d.Sent, d.AtOnce+d.Later+d.Expired+d.Failed+d.Pending, k.Name)
		require.Equal(t, d.AtOnce, d.AtOnceLatency.Count(), k.Name)
		require.Equal(t, d.Later, d.LaterLatency.Count(), k.Name)
		require.Zero(t, d.Repeated+d.Unseen+d.Untold, k.Name)
	}
	asleep, windows, awake := &r.Kinds[0], &r.Kinds[1], &r.Kinds[2]
	for _, k := range []*fleet.KindResults{asleep, windows} {
		require.Positive(t, k.Uplink.Failed, k.Name)
		require.Equal(t, map[string]int64{"no coverage": k.Uplink.Failed}, k.Uplink.Reasons)
		require.Positive(t, k.Downlink.Later, k.Name)
	}
	require.Positive(t, asleep.Downlink.Expired)
	require.Zero(t, windows.Downlink.Expired, "there is a window before")
	require.Positive(t, windows.Downlink.Failed, "paged in vain")
	require.LessOrEqual(t, asleep.Downlink.LaterLatency.Max(), 20*time.Minute)
	require.LessOrEqual(t, windows.Downlink.LaterLatency.Max(), 10*time.Minute)
	require.EqualValues(t, 120, awake.Uplink.Delivered)
	require.EqualValues(t, 120, awake.Downlink.AtOnce)
	require.Zero(t, awake.Downlink.AtOnceLatency.Max())
	// Awake: a connection of 10 s for each report and command, and for what TAU makes between.
	require.GreaterOrEqual(t, awake.Radio.WakeUps, int64(200))
	require.InDelta(t, float64(awake.Radio.WakeUps)*10, awake.Radio.Connected.Seconds(), 120)
	require.InDelta(t, 10*12*3600, (awake.Radio.Connected + awake.Radio.Listening).Seconds(), 1)

	var sum fleet.Sample
	for _, s := range r.Samples {
		sum.Reports, sum.Commands, sum.WakeUps = sum.Reports+s.Reports, sum.Commands+s.Commands, sum.WakeUps+s.WakeUps
		sum.Connected += s.Connected
		require.GreaterOrEqual(t, s.MostBuffered, s.Buffered)
	}
	total := r.Total()
	require.Len(t, r.Samples, 144)
	require.Equal(t, total.Uplink.Sent, sum.Reports)
	require.Equal(t, total.Downlink.Sent, sum.Commands)
	require.Equal(t, total.Radio.WakeUps, sum.WakeUps)
	require.Equal(t, total.Radio.Connected, sum.Connected)
	require.EqualValues(t, total.Downlink.Pending, r.Samples[143].Buffered, "what is pending is stored")

	got := readCSV(t, r)
	require.Equal(t, "60", got["run  devices"])
	for _, k := range r.Kinds {
		n := func(name string) int64 {
			v, err := strconv.ParseInt(got["count "+k.Name+" "+name], 10, 64)
			require.NoError(t, err, name)
			return v
		}
		require.Equal(t, k.Uplink.Sent, n("uplink_sent"))
		require.Equal(t, n("uplink_sent"), n("uplink_delivered")+n("uplink_failed")+n("uplink_pending"))
		require.Equal(t, k.Downlink.Sent, n("downlink_sent"))
		require.Equal(t, n("downlink_sent"),
			n("downlink_at_once")+n("downlink_later")+n("downlink_expired")+n("downlink_failed")+n("downlink_pending"))
	}
	require.Equal(t, strconv.FormatInt(asleep.Uplink.Failed, 10), got["count asleep uplink_failed: no coverage"])
	require.Equal(t, strconv.Itoa(r.Samples[100].MostBuffered), got["sample 30000 most_buffered"])
}

// readCSV returns the values by what is not empty of the other columns.
func readCSV(t *testing.T, r *fleet.Results) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text(t, r.WriteCSV))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"table", "kind", "at", "name", "value"}, rows[0])
	got := map[string]string{}
	for _, row := range rows[1:] {
		key := row[0] + " " + row[1] + row[2] + " " + row[3]
		require.NotContains(t, got, key)
		got[key] = row[4]
	}
	return got
}

func text(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

// TestPage: the page is well formed, has the plots, and refers to nothing outside.
func TestPage(t *testing.T) {
	r := day(t, rough(1))
	page := text(t, r.WriteHTML)
	dec := xml.NewDecoder(strings.NewReader(page))
	elements := map[string]int{}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
			for _, a := range e.Attr {
				require.NotContains(t, []string{"src", "href", "srcset", "action", "data", "xlink"}, a.Name.Local)
			}
		}
	}
	require.Equal(t, 4, elements["svg"])
	require.Equal(t, 4, elements["table"])
	require.Zero(t, elements["script"]+elements["link"]+elements["img"]+elements["iframe"])
	require.NotRegexp(t, regexp.MustCompile(`(?i)https?:|url\(|@import|//`), page)
	require.Contains(t, page, "paged &lt;in&gt; windows")
	require.NotContains(t, page, "NaN")

	// So is that of a run in which nothing happened, or that nobody can read.
	empty := day(t, fleet.Scenario{Duration: time.Millisecond, Kinds: []fleet.Kind{{Name: "idle", Count: 1}}})
	require.NotRegexp(t, "NaN|Inf", text(t, empty.WriteHTML))
	full := errors.New("disk full")
	for _, write := range []func(io.Writer) error{r.WriteCSV, r.WriteHTML} {
		require.ErrorIs(t, write(broken{full}), full)
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// TestSeed: what happens follows from the seed.
func TestSeed(t *testing.T) {
	first := text(t, day(t, rough(1)).WriteCSV)
	require.Equal(t, first, text(t, day(t, rough(1)).WriteCSV))
	require.NotEqual(t, first, text(t, day(t, rough(2)).WriteCSV))
}

// TestNewChecks: all that is wrong is told at once.
func TestNewChecks(t *testing.T) {
	_, err := fleet.New(fleet.Scenario{})
	require.ErrorContains(t, err, "Duration")
	require.ErrorContains(t, err, "Kinds")
	ok := fleet.Kind{Name: "a", Count: 1}
	for want, change := range map[string]func(*fleet.Scenario, *fleet.Kind){
		"Interval":    func(s *fleet.Scenario, _ *fleet.Kind) { s.Interval = 1 },
		"Limit":       func(s *fleet.Scenario, _ *fleet.Kind) { s.Limit = -1 },
		"Count":       func(_ *fleet.Scenario, k *fleet.Kind) { k.Count = 0 },
		"unnamed":     func(_ *fleet.Scenario, k *fleet.Kind) { k.Name = "" },
		"there twice": func(s *fleet.Scenario, _ *fleet.Kind) { s.Kinds = append(s.Kinds, ok) },
		"no Pattern":  func(_ *fleet.Scenario, k *fleet.Kind) { k.Uplink = []fleet.Traffic{{}} },
		"has Size 7": func(_ *fleet.Scenario, k *fleet.Kind) {
			k.Uplink = []fleet.Traffic{{Pattern: fleet.Poisson(1), Size: 7}}
		},
		"MaximumLatency": func(_ *fleet.Scenario, k *fleet.Kind) {
			k.Downlink = []fleet.Traffic{{Pattern: fleet.Poisson(1), MaximumLatency: -1}}
		},
		"streams":         func(_ *fleet.Scenario, k *fleet.Kind) { k.Uplink = make([]fleet.Traffic, 101) },
		"a timer":         func(_ *fleet.Scenario, k *fleet.Kind) { k.Power.ActiveTime = -1 },
		"PagingWindow":    func(_ *fleet.Scenario, k *fleet.Kind) { k.Power.EDRX = time.Minute },
		"half given":      func(_ *fleet.Scenario, k *fleet.Kind) { k.Coverage.Every = time.Minute },
		"FirstIMSI":       func(s *fleet.Scenario, _ *fleet.Kind) { s.FirstIMSI = "12345" },
		"are too many":    func(_ *fleet.Scenario, k *fleet.Kind) { k.Count = 100_000_001 },
		"2 devices are t": func(s *fleet.Scenario, k *fleet.Kind) { s.FirstIMSI, k.Count = "999999999999999", 2 },
	} {
		s := fleet.Scenario{Duration: time.Hour, Kinds: []fleet.Kind{ok}}
		change(&s, &s.Kinds[0])
		_, err := fleet.New(s)
		require.ErrorContains(t, err, want)
	}
}

// TestRunChecks: a Run needs MMEs, and T8 where there are commands; it can be called once.
func TestRunChecks(t *testing.T) {
	s := fleet.Scenario{Duration: time.Millisecond, Kinds: []fleet.Kind{{Name: "a", Count: 1}}}
	f, err := fleet.New(s)
	require.NoError(t, err)
	_, err = f.Run(t.Context(), fleet.Network{})
	require.ErrorContains(t, err, "MMEs")
	_, err = f.Run(t.Context(), network(t, yes{}, 1))
	require.ErrorContains(t, err, "already")

	s.Kinds[0].Downlink = []fleet.Traffic{{Pattern: fleet.Poisson(time.Hour)}}
	f, err = fleet.New(s)
	require.NoError(t, err)
	net := network(t, yes{}, 1)
	net.T8 = nil
	_, err = f.Run(t.Context(), net)
	require.ErrorContains(t, err, "T8")
}

// TestSubscriber: the HSS finds the devices, and nobody else.
func TestSubscriber(t *testing.T) {
	f, err := fleet.New(fleet.Scenario{Duration: time.Hour, FirstIMSI: "001010000000100", Domain: "d.example", APN: "x", Kinds: []fleet.Kind{{Name: "a", Count: 10}}})
	require.NoError(t, err)
	want := sim.Subscriber{IMSI: "001010000000109", ExternalIDs: []id.ExternalID{"001010000000109@d.example"}, APNs: []id.APN{"x"}}
	for _, c := range []struct {
		imsi id.IMSI
		ext  id.ExternalID
		ok   bool
	}{
		{"001010000000109", "", true},
		{"", "001010000000109@d.example", true},
		{"001010000000110", "", false},
		{"001010000000099", "", false},
		{"1010000000109", "", false},
		{"00101000000010x", "", false},
		{"", "001010000000109@other.example", false},
		{"", "", false},
	} {
		got, ok := f.Subscriber(c.imsi, c.ext)
		require.Equal(t, c.ok, ok, "%q %q", c.imsi, c.ext)
		if ok {
			require.Equal(t, want, got)
		}
	}
}

// script is an SCEF that answers as a test wants.
type script struct {
	yes
	deliver func(f *fleet.Fleet, config, ext string, data []byte) (*t8.NIDDDownlinkDataTransfer, error)
	oda     diameter.Result
	f       *fleet.Fleet
}

func (s *script) CreateDelivery(_ context.Context, _ id.SCSASID, config string, d *t8.NIDDDownlinkDataTransfer) (*t8.NIDDDownlinkDataTransfer, error) {
	return s.deliver(s.f, config, string(d.ExternalID), d.Data)
}

func (s *script) HandleDiameter(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	result := diameter.Success
	if req.Command == t6a.CodeODR && s.oda.Code != 0 {
		result = s.oda
	}
	return diameter.ErrorAnswer(req, scefID, result, "", nil), nil
}

// play runs devices that send a report and get a command each against s, for a minute.
func (s *script) play(t *testing.T, limit int64) (r *fleet.Results) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var err error
		s.f, err = fleet.New(fleet.Scenario{Duration: time.Minute, Limit: limit, Kinds: []fleet.Kind{{
			Name: "a", Count: 10,
			Uplink: []fleet.Traffic{{Pattern: fleet.Periodic(time.Minute)}}, Downlink: []fleet.Traffic{{Pattern: fleet.Periodic(time.Minute)}},
		}}})
		require.NoError(t, err)
		net := network(t, s, 2)
		net.T8 = s
		r, err = s.f.Run(t.Context(), net)
		require.NoError(t, err)
		require.NoError(t, s.f.Remove(t.Context()))
	})
	return r
}

func status(t *testing.T, f *fleet.Fleet, uri string, s t8.DeliveryStatus) {
	t.Helper()
	body := fmt.Sprintf(`{"niddDownlinkDataTransfer":%q,"deliveryStatus":%q}`, uri, s)
	require.NoError(t, f.Notify(t.Context(), "", []byte(body)))
}

// TestDoubts: what an SCEF says is compared with what devices got, and what it says twice, too early or about others does
// no harm.
func TestDoubts(t *testing.T) {
	n := 0
	uri := func(config string) string {
		n++
		return t8.NIDDDeliveryURI("https://scef.example", scsas, config, strconv.Itoa(n))
	}
	stored := func(f *fleet.Fleet, config string, s ...t8.DeliveryStatus) (*t8.NIDDDownlinkDataTransfer, error) {
		self := uri(config)
		for _, x := range s {
			status(t, f, self, x)
		}
		return &t8.NIDDDownlinkDataTransfer{Self: self}, nil
	}
	for _, c := range []struct {
		name    string
		deliver func(f *fleet.Fleet, config, ext string, data []byte) (*t8.NIDDDownlinkDataTransfer, error)
		want    fleet.Downlink
	}{
		{"delivered, but nobody saw it", func(*fleet.Fleet, string, string, []byte) (*t8.NIDDDownlinkDataTransfer, error) {
			return &t8.NIDDDownlinkDataTransfer{}, nil
		}, fleet.Downlink{AtOnce: 10, Unseen: 10}},
		{"refused", func(*fleet.Fleet, string, string, []byte) (*t8.NIDDDownlinkDataTransfer, error) {
			return nil, fault.New("x", fault.QuotaExceeded, "")
		}, fleet.Downlink{Failed: 10, Reasons: map[string]int64{"quota exceeded": 10}}},
		{"stored for ever", func(f *fleet.Fleet, config, _ string, _ []byte) (*t8.NIDDDownlinkDataTransfer, error) {
			status(t, f, "https://scef.example/elsewhere", t8.DeliveryFailure)
			return stored(f, config, t8.DeliveryBuffering)
		}, fleet.Downlink{Stored: 10, Pending: 10}},
		{"the outcome overtakes the answer, twice", func(f *fleet.Fleet, config, _ string, _ []byte) (*t8.NIDDDownlinkDataTransfer, error) {
			return stored(f, config, t8.DeliveryFailureTimeout, t8.DeliveryFailureTimeout)
		}, fleet.Downlink{Stored: 10, Expired: 10}},
		{"lost after it was stored", func(f *fleet.Fleet, config, _ string, _ []byte) (*t8.NIDDDownlinkDataTransfer, error) {
			return stored(f, config, t8.DeliveryFailureNextHop)
		}, fleet.Downlink{Stored: 10, Failed: 10, Reasons: map[string]int64{"FAILURE_NEXT_HOP": 10}}},
	} {
		got := (&script{deliver: c.deliver}).play(t, 0).Kinds[0].Downlink
		c.want.Sent = 10
		if c.want.Reasons == nil {
			c.want.Reasons = map[string]int64{}
		}
		require.Equal(t, c.want, got, c.name)
	}
}

// TestRefusedReports: reports that fail have a reason, and a lost connection comes back.
func TestRefusedReports(t *testing.T) {
	refuse := func(*fleet.Fleet, string, string, []byte) (*t8.NIDDDownlinkDataTransfer, error) {
		return &t8.NIDDDownlinkDataTransfer{}, nil
	}
	r := (&script{deliver: refuse, oda: diameter.TooBusy}).play(t, 0)
	require.Equal(t, map[string]int64{"ODA " + diameter.TooBusy.String(): 10}, r.Kinds[0].Uplink.Reasons)

	r = (&script{deliver: refuse, oda: diameter.ErrorInvalidEPSBearer}).play(t, 5)
	require.EqualValues(t, 5, r.Kinds[0].Uplink.Sent+r.Kinds[0].Downlink.Sent, "the run ended at its limit")
	require.Less(t, r.Duration, time.Minute)
}

// slow takes a second for each report.
type slow struct{ yes }

func (s slow) HandleDiameter(ctx context.Context, from diameter.Identity, req *diameter.Message) (*diameter.Message, func()) {
	if req.Command == t6a.CodeODR {
		time.Sleep(time.Second)
	}
	return s.yes.HandleDiameter(ctx, from, req)
}

// TestLag: what waits for a worker is late, and the run ends in time all the same.
func TestLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := func(_ *rand.Rand, last time.Duration) time.Duration { return max(last*10, time.Second) } // at 1, 10, 100 s
		f, err := fleet.New(fleet.Scenario{Duration: 105 * time.Second, Kinds: []fleet.Kind{{
			Name: "a", Count: 10, Uplink: []fleet.Traffic{{Pattern: at}},
		}}})
		require.NoError(t, err)
		net := network(t, slow{}, 2)
		net.Workers = 1
		begin := time.Now()
		r, err := f.Run(t.Context(), net)
		require.NoError(t, err)
		require.Equal(t, 105*time.Second, r.Duration)
		require.InDelta(t, 105, time.Since(begin).Seconds(), 2, "what is under way is waited for")
		require.Equal(t, 10*time.Second, r.Lag, "the second ten wait for the last of the first")
		require.Less(t, r.Kinds[0].Uplink.Sent, int64(30))
		require.Equal(t, r.Kinds[0].Uplink.Sent, r.Kinds[0].Uplink.Delivered)
	})
}

// TestInterrupted: results are there when ctx ends.
func TestInterrupted(t *testing.T) {
	enough := errors.New("enough")
	synctest.Test(t, func(t *testing.T) {
		f, err := fleet.New(rough(1))
		require.NoError(t, err)
		net, done := inMemory(t, f)
		defer done()
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, enough)
		defer cancel()
		r, err := f.Run(ctx, net)
		require.ErrorIs(t, err, enough)
		require.Equal(t, time.Hour, r.Duration)
		require.Len(t, r.Samples, 12)
		require.Positive(t, r.Total().Uplink.Sent)

		f, err = fleet.New(rough(1))
		require.NoError(t, err)
		_, err = f.Run(ctx, net)
		require.ErrorIs(t, err, enough, "during the setup")
	})
}

// stubborn keeps some configurations.
type stubborn struct{ yes }

func (stubborn) DeleteConfiguration(_ context.Context, _ id.SCSASID, config string) error {
	if strings.HasSuffix(config, "3") {
		return fault.New("x", fault.Unavailable, config)
	}
	return nil
}

// TestRemove: one that cannot be removed does not keep the others.
func TestRemove(t *testing.T) {
	f, err := fleet.New(fleet.Scenario{Duration: time.Millisecond, Kinds: []fleet.Kind{{Name: "a", Count: 30}}})
	require.NoError(t, err)
	require.NoError(t, f.Remove(t.Context()), "there is nothing yet")
	net := network(t, yes{}, 1)
	net.T8 = stubborn{}
	_, err = f.Run(t.Context(), net)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, f.Remove(ctx), context.Canceled)
	err = f.Remove(t.Context())
	require.ErrorIs(t, err, fault.Unavailable)
	require.ErrorContains(t, err, "3 devices")
	require.ErrorContains(t, f.Remove(t.Context()), "3 devices", "it is tried again")
}

// TestNotifications: by HTTP as in the same process; what is about nobody is taken, too.
func TestNotifications(t *testing.T) {
	f, err := fleet.New(fleet.Scenario{Duration: time.Hour, Kinds: []fleet.Kind{{Name: "a", Count: 1}}})
	require.NoError(t, err)
	for body, want := range map[string]int{
		`{"niddConfiguration":"https://scef.example/3gpp-nidd/v1/as1/configurations/c1","externalId":"001010000000001@fleet.example","data":"AAAAAAAAAAE="}`: 204,
		`{"niddConfiguration":"https://scef.example/3gpp-nidd/v1/as1/configurations/c1","externalId":"x@fleet.example","data":"AAAA"}`:                       204,
		`{}`: 400,
	} {
		q := httptest.NewRequest("POST", "/notify", strings.NewReader(body))
		q.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		f.ServeHTTP(w, q)
		require.Equal(t, want, w.Code, "%s %s", body, w.Body)
	}
	require.Error(t, f.Notify(t.Context(), "", []byte("{")))
	require.Error(t, f.Notify(t.Context(), "", 5))
}
