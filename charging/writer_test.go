package charging

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/t6a"
)

func bearer(opened time.Time) nidd.Bearer {
	return nidd.Bearer{
		ChargingID: 77, IMSI: "001010000000001", MSISDN: "15551230001", ExternalID: "meter1@example.com", IMEI: "49015420323751",
		EBI: 5, APN: "iot.example", SCEF: diameter.Identity{Host: "scef.example", Realm: "example"}, Characteristics: "0800",
		RATType: tgpp.RATTypeEUTRANNBIoT, Node: diameter.Identity{Host: "mme1.example", Realm: "example"}, PLMN: tgpp.PLMN{MCC: "001", MNC: "01"},
		DownlinkRate: new(uint32(10)), APNRate: &t6a.APNRateControl{Unit: t6a.RatePerHour, MaxUplink: 20}, Opened: opened,
	}
}

func pdu(b nidd.Bearer, uplink bool, octets int) nidd.PDUCharge {
	now := time.Now()
	return nidd.PDUCharge{
		Bearer: b, SCSAS: "as1", Uplink: uplink, Octets: octets, Submitted: now, Done: now.Add(20 * time.Millisecond), Result: diameter.Success,
	}
}

// lines reads all records in a directory: of finished files by name, then of the one that is open.
func lines(t *testing.T, dir string) (records []Record, finished int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "nidd-*.jsonl"))
	require.NoError(t, err)
	sort.Strings(names)
	finished = len(names)
	if _, err := os.Stat(filepath.Join(dir, "nidd.open")); err == nil {
		names = append(names, filepath.Join(dir, "nidd.open"))
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		require.NoError(t, err)
		for line := range strings.Lines(string(b)) {
			require.True(t, strings.HasSuffix(line, "\n"), "a torn line in %s", n)
			var r Record
			d := json.NewDecoder(strings.NewReader(line))
			d.DisallowUnknownFields()
			require.NoError(t, d.Decode(&r), "%s: %s", n, line)
			records = append(records, r)
		}
	}
	return records, finished
}

func causes(records []Record) (out []Cause) {
	for _, r := range records {
		out = append(out, r.CauseForClosing)
	}
	return out
}

func open(t *testing.T, dir string, o Options) *Writer {
	t.Helper()
	w, err := Open(dir, &o)
	require.NoError(t, err)
	return w
}

func TestRecord(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := open(t, dir, Options{NodeID: "scef-1"})
		b := bearer(time.Now())
		w.ChargeConnection(nidd.ConnectionCharge{Bearer: b, At: b.Opened, Event: nidd.Establish})
		time.Sleep(time.Minute)
		up := pdu(b, true, 12)
		up.Exceptions, up.ExceptionsSince = new(uint32(3)), time.Now()
		w.ChargePDU(up)
		refused := pdu(b, false, 100)
		refused.Result = diameter.ErrorUserTemporarilyUnreachable
		w.ChargePDU(refused)
		silent := pdu(b, false, 7)
		silent.Result = diameter.Result{}
		w.ChargePDU(silent)
		w.ChargePDU(pdu(b, false, 30))
		time.Sleep(time.Minute)
		w.ChargeConnection(nidd.ConnectionCharge{Bearer: b, At: time.Now(), Event: nidd.Release, Ended: true})
		require.NoError(t, w.Close())
		require.NoError(t, w.Close())
		require.Equal(t, Stats{Records: 1}, w.Stats())

		got, finished := lines(t, dir)
		require.Equal(t, 1, finished)
		require.Len(t, got, 1)
		r := got[0]
		begin := b.Opened.Add(time.Minute).UTC()
		sub := func(up, down int, r diameter.Result) Submission {
			return Submission{
				SubmissionTimestamp: begin, EventTimestamp: begin.Add(20 * time.Millisecond), UplinkVolume: up, DownlinkVolume: down,
				ResultCode: r.Code, ResultVendor: uint32(r.Vendor), SCSAS: "as1",
			}
		}
		first := sub(12, 0, diameter.Success)
		first.RRCCauseCounter, first.RRCCounterTimestamp = new(uint32(3)), begin
		require.Equal(t, Record{
			RecordType: "cPDTSCERecord", ServedIMSI: "001010000000001", ServedMSISDN: "15551230001", ExternalIdentifier: "meter1@example.com",
			ServedIMEI: "49015420323751", SCEFID: "scef.example", NodeID: "scef-1", ChargingID: 77, BearerID: 5, AccessPointName: "iot.example",
			ChargingCharacteristics: "0800", RATType: 1005, ServingNodeIdentity: "mme1.example", ServingNodeRealm: "example",
			ServingNodePLMNIdentifier: "00101", ServingPLMNRateControl: &PLMNRate{Downlink: new(uint32(10))},
			APNRateControl:        &UERate{Unit: "hour", MaxUplink: 20},
			ConnectionOpeningTime: b.Opened.UTC(), RecordOpeningTime: begin, Duration: 60, UplinkVolume: 12, DownlinkVolume: 30,
			NIDDSubmissions: []Submission{
				first, sub(0, 100, diameter.ErrorUserTemporarilyUnreachable), sub(0, 7, diameter.Result{}), sub(0, 30, diameter.Success),
			},
			CauseForClosing: Normal, Last: true,
		}, r)
	})
}

// TestPartialRecords closes records for each cause.
func TestPartialRecords(t *testing.T) {
	for _, c := range []struct {
		name string
		opts Options
		do   func(w *Writer, b nidd.Bearer)
		want []Cause
	}{
		{"released by the MME", Options{}, ended(nidd.Release), []Cause{Normal}},
		{"released by the SCEF", Options{}, ended(nidd.Closed), []Cause{Normal}},
		{"not confirmed", Options{}, ended(nidd.CloseGivenUp), []Cause{Abnormal}},
		{"the MME lost it", Options{}, ended(nidd.Gone), []Cause{Abnormal}},
		{"established anew", Options{}, ended(nidd.Establish), []Cause{Abnormal}},
		{"volume", Options{MaxVolume: 20}, data(3, 10), []Cause{VolumeLimit, ManagementIntervene}},
		{"submissions", Options{MaxSubmissions: 2}, data(5, 1), []Cause{MaxSubmissions, MaxSubmissions, ManagementIntervene}},
		{"time", Options{MaxDuration: time.Minute}, func(w *Writer, b nidd.Bearer) {
			data(1, 1)(w, b)
			time.Sleep(50 * time.Second)
			data(1, 1)(w, b)
			time.Sleep(time.Hour)
		}, []Cause{TimeLimit}},
		{"serving node", Options{}, update(func(b *nidd.Bearer) { b.Node.Host = "mme2.example" }), []Cause{ServingNodeChange, ManagementIntervene}},
		{"PLMN", Options{}, update(func(b *nidd.Bearer) { b.PLMN.MNC = "02" }), []Cause{PLMNChange, ManagementIntervene}},
		{"PLMN rate", Options{}, update(func(b *nidd.Bearer) { b.DownlinkRate = nil }), []Cause{ServingPLMNRate, ManagementIntervene}},
		{"APN rate", Options{}, update(func(b *nidd.Bearer) { b.APNRate = &t6a.APNRateControl{} }), []Cause{APNRate, ManagementIntervene}},
		{"RAT", Options{}, update(func(b *nidd.Bearer) { b.RATType = tgpp.RATTypeGERAN }), []Cause{RATChange, ManagementIntervene}},
		{"nothing changed", Options{}, update(func(b *nidd.Bearer) { b.DownlinkRate = new(*b.DownlinkRate) }), []Cause{ManagementIntervene}},
		{"a change that only a PDU tells", Options{}, func(w *Writer, b nidd.Bearer) {
			data(1, 1)(w, b)
			b.Node.Host = "mme2.example"
			data(1, 1)(w, b)
		}, []Cause{ServingNodeChange, ManagementIntervene}},
		{"no traffic", Options{}, func(w *Writer, b nidd.Bearer) {
			w.ChargeConnection(nidd.ConnectionCharge{Bearer: b, At: time.Now(), Event: nidd.Establish})
			w.ChargeConnection(nidd.ConnectionCharge{Bearer: b, At: time.Now(), Event: nidd.Update})
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				w := open(t, dir, c.opts)
				c.do(w, bearer(time.Now()))
				require.NoError(t, w.Close())
			})
			got, _ := lines(t, dir)
			require.Equal(t, c.want, causes(got))
		})
	}
}

func ended(ev nidd.ConnectionEvent) func(*Writer, nidd.Bearer) {
	return func(w *Writer, b nidd.Bearer) {
		w.ChargeConnection(nidd.ConnectionCharge{Bearer: b, At: time.Now(), Event: ev, Ended: true})
	}
}

func data(n, octets int) func(*Writer, nidd.Bearer) {
	return func(w *Writer, b nidd.Bearer) {
		for range n {
			w.ChargePDU(pdu(b, true, octets))
		}
	}
}

// update tells a change between two PDUs.
func update(change func(*nidd.Bearer)) func(*Writer, nidd.Bearer) {
	return func(w *Writer, b nidd.Bearer) {
		data(1, 1)(w, b)
		change(&b)
		w.ChargeConnection(nidd.ConnectionCharge{Bearer: b, At: time.Now(), Event: nidd.Update})
		data(1, 1)(w, b)
	}
}

func TestRotation(t *testing.T) {
	t.Run("by size", func(t *testing.T) {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			w := open(t, dir, Options{MaxSize: 4 << 10, MaxSubmissions: 1})
			for range 20 {
				w.ChargePDU(pdu(bearer(time.Now()), true, 1))
				time.Sleep(beat)
			}
			require.NoError(t, w.Close())
		})
		got, finished := lines(t, dir)
		require.Len(t, got, 20)
		require.Greater(t, finished, 2)
		require.NoFileExists(t, filepath.Join(dir, "nidd.open"))
	})
	t.Run("by time", func(t *testing.T) {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			w := open(t, dir, Options{MaxAge: time.Minute, MaxSubmissions: 1})
			for want := range 3 {
				w.ChargePDU(pdu(bearer(time.Now()), true, 1))
				time.Sleep(50 * time.Second)
				_, finished := lines(t, dir)
				require.Equal(t, want, finished)
				time.Sleep(12 * time.Second)
			}
			time.Sleep(time.Hour)
			_, finished := lines(t, dir)
			require.Equal(t, 3, finished, "a file without records is none")
			require.NoError(t, w.Close())
		})
	})
}

// TestReopen goes on with what a crash left.
func TestReopen(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir, Options{MaxSubmissions: 1})
	w.ChargePDU(pdu(bearer(time.Now()), true, 1))
	require.NoError(t, w.Close())
	names, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	require.NoError(t, err)
	whole, err := os.ReadFile(names[0])
	require.NoError(t, err)
	path := filepath.Join(dir, "nidd.open")
	for _, torn := range []int{0, 1, len(whole) - 1, 3 * 4096} {
		tail := bytes.Repeat([]byte{'x'}, torn)
		require.NoError(t, os.Remove(names[0]))
		require.NoError(t, os.WriteFile(path, append(bytes.Repeat(whole, 2), tail...), 0o600))
		var log bytes.Buffer
		w := open(t, dir, Options{MaxSubmissions: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		w.ChargePDU(pdu(bearer(time.Now()), true, 1))
		require.NoError(t, w.Close())
		got, finished := lines(t, dir)
		require.Equal(t, 1, finished)
		require.Len(t, got, 3)
		require.Equal(t, torn > 0, strings.Contains(log.String(), "torn"))
		names, err = filepath.Glob(filepath.Join(dir, "*.jsonl"))
		require.NoError(t, err)
	}
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte{'x'}, 5000), 0o600))
	require.NoError(t, open(t, dir, Options{}).Close())
	require.NoFileExists(t, path, "there was no whole line")
	info, err := os.Stat(names[0])
	require.NoError(t, err)
	require.Zero(t, info.Mode()&0o077, "it names subscribers")
}

// logText is what was logged.
type logText struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// fullDisk is a file that takes a part of what is written when full is set.
type fullDisk struct {
	file
	full *atomic.Bool
}

func (f fullDisk) Write(b []byte) (int, error) {
	if f.full.Load() {
		n, err := f.file.Write(b[:len(b)*2/3])
		return n, errors.Join(err, syscall.ENOSPC)
	}
	return f.file.Write(b)
}

// TestDiskFull checks that records wait for a disk, that traffic does not, and that nothing is written twice.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		var log logText
		w := open(t, dir, Options{
			MaxSubmissions: 1, Queue: 10, Logger: slog.New(slog.NewTextHandler(&log, nil)),
			openFile: func(path string) (file, error) {
				f, err := openFile(path)
				return fullDisk{f, &full}, err
			},
		})
		send := func(n int) {
			for range n {
				w.ChargePDU(pdu(bearer(time.Now()), true, 1))
				time.Sleep(beat)
			}
		}
		send(5)
		full.Store(true)
		send(5)
		time.Sleep(10 * time.Second)
		require.Contains(t, log.String(), "cannot be written")
		require.NotContains(t, log.String(), "00101")
		require.Positive(t, w.Stats().Failures)
		full.Store(false)
		time.Sleep(2 * time.Second)
		got, _ := lines(t, dir)
		require.Len(t, got, 10)
		require.Equal(t, uint64(10), w.Stats().Records)

		full.Store(true)
		for range 3 * maxPending / 500 / 10 {
			begin := time.Now()
			for range 10 {
				w.ChargePDU(pdu(bearer(begin), true, 1))
			}
			require.Equal(t, begin, time.Now(), "nobody waits")
			time.Sleep(beat)
		}
		require.Positive(t, w.Stats().Dropped)
		time.Sleep(2 * time.Second)
		require.Contains(t, log.String(), "dropped")
		require.ErrorIs(t, w.Close(), syscall.ENOSPC)
		n := w.Stats().Dropped
		w.ChargePDU(pdu(bearer(time.Now()), true, 1))
		require.Equal(t, n+1, w.Stats().Dropped, "it is closed")
	})
}

func TestOptionsChecked(t *testing.T) {
	_, err := Open(t.TempDir(), &Options{
		Prefix: "../x", MaxSize: 1, MaxAge: 1, MaxSubmissions: -1, MaxVolume: 1 << 40, MaxDuration: 48 * time.Hour, Queue: -1,
	})
	for _, name := range []string{"Prefix", "MaxSize", "MaxAge", "MaxSubmissions", "MaxVolume", "MaxDuration", "Queue"} {
		require.ErrorContains(t, err, name+" ")
	}
	_, err = Open(filepath.Join("/dev/null", "x"), nil)
	require.Error(t, err)
}

func TestCauses(t *testing.T) {
	for c := range Cause(len(causeNames)) {
		b, err := c.MarshalText()
		require.NoError(t, err)
		var again Cause
		require.NoError(t, again.UnmarshalText(b))
		require.Equal(t, c, again)
	}
	require.Equal(t, "Cause(99)", Cause(99).String())
	require.Error(t, new(Cause).UnmarshalText([]byte("x")))
}

// BenchmarkPDU is what a hook costs the goroutine that serves a UE.
func BenchmarkPDU(b *testing.B) {
	w, err := Open(b.TempDir(), nil)
	require.NoError(b, err)
	p := pdu(bearer(time.Now()), true, 64)
	b.ReportAllocs()
	for b.Loop() {
		w.ChargePDU(p)
	}
	b.StopTimer()
	require.NoError(b, w.Close())
	b.ReportMetric(float64(w.Stats().Dropped)/float64(b.N), "dropped/op")
}
