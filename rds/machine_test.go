package rds

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/store/record"
)

var update = flag.Bool("update", false, "rewrite the files in testdata and docs")

// golden compares got with a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "%s is not what the code says; go test ./rds -update writes it", file)
}

// situation is a state with a name.
type situation struct {
	name string
	s    State
}

// situations gives what a link of a phase can be like: before and after T200 has expired, for the last time or not, with
// and without data that waits.
func situations(p Phase) (list []situation) {
	if p == Released {
		return []situation{{"", State{}}}
	}
	for _, waits := range []bool{false, true} {
		for _, timer := range []string{"T200 runs", "T200 expires", "T200 expires for the last time"} {
			s := State{phase: p, tries: 1, t200: noon}
			name := timer
			switch timer {
			case "T200 runs":
				s.t200 = noon.Add(second)
			case "T200 expires for the last time":
				s.tries = 4
			}
			if p == Established {
				s.out, s.flight, s.va, s.vr, s.heard, s.confirmed = []sdu{{1, []byte("a")}, {2, []byte("b")}}, 2, 7, 6, true, true
				s.window = 2
				name = "2 under way, " + name
			}
			if waits {
				s.out = append(s.out, sdu{3, []byte("c")})
				name = "data waits, " + name
			}
			list = append(list, situation{name, s})
		}
	}
	if p == Established {
		list = append(list, situation{"fresh", State{phase: p, confirmed: true, hold: noon}},
			situation{"Lifetime has not passed", State{phase: p, confirmed: true, quiet: noon.Add(second), hold: noon.Add(second)}})
	}
	return list
}

var inputEvents = [inputs]Event{
	inSubmit: submit(9), inEstablish: {Kind: Establish}, inTerminate: {Kind: Terminate}, inSetAckMode: command(SetAckMode),
	inSetAckModeResponse: response(SetAckMode), inDisconnect: command(Disconnect), inDisconnectResponse: response(Disconnect),
	inI: info(6, 0, true, "x"), inS: sack(7, 1), inTimeout: {Kind: Timeout}, inAvailable: {Kind: Available}, inLost: {Kind: Lost},
}

// TestTransitions asks every situation for every event, and compares with the transcript, which was read against the
// clauses of TS 24.250 that it names. No row of the table may be missing in it.
func TestTransitions(t *testing.T) {
	m, err := New(nil)
	require.NoError(t, err)
	var b strings.Builder
	taken := map[*edge[Phase, input]]bool{}
	for p := range phases {
		for _, in := range situations(p) {
			fmt.Fprintf(&b, "%v: %s\n", p, in.name)
			for n := range inputs {
				s, ev := in.s, inputEvents[n]
				s.suspended = n == inAvailable
				r := run{m: m, s: &s, ev: &ev, now: noon}
				next, actions, err := m.Step(s, ev, noon)
				e := linkTable.find(p, n, &r)
				if e == nil {
					require.Error(t, err)
					require.Equal(t, s, next)
					continue
				}
				require.NoError(t, err)
				taken[e] = true
				restored(t, next)
				fmt.Fprintf(&b, "    %-22v -> %-12v %-18s %s\n", n, next.phase, e.clause, strings.Join(lines(actions), "; "))
				require.Equal(t, e.to, next.phase)
			}
		}
	}
	for i := range linkTable {
		require.True(t, taken[&linkTable[i]], "row %d: %v on %v", i, linkTable[i].from, linkTable[i].on)
	}
	golden(t, "testdata/transitions.txt", b.String())
}

// TestTables checks that no row is hidden by an earlier one.
func TestTables(t *testing.T) {
	check(t, linkTable)
	check(t, requestTable)
	require.Len(t, inputNames, int(inputs))
	require.Len(t, requestInputNames, int(requestInputs))
	require.Len(t, eventNames, int(eventKinds))
	require.NotContains(t, opNames, "")
}

func check[P, N ~uint8](t *testing.T, table table[P, N]) {
	for i, e := range table {
		require.False(t, slices.ContainsFunc(table[:i], func(f edge[P, N]) bool {
			return f.from == e.from && f.on == e.on && (f.when.hold == nil || f.when.name == e.when.name)
		}), "row %d", i)
	}
}

// TestDocument: the machine in docs is printed from the tables.
func TestDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# The state machines of package rds\n\nPrinted from the tables in `rds/machine.go` by `go test ./rds -update`. " +
		"Of several rows for one phase and event, the first whose\ncondition holds is taken. What is done, is done in this order.\n")
	document(&b, "Acknowledged transfer", linkTable)
	document(&b, "Requests: MANAGE_PORT and SET_PARAMETERS", requestTable)
	golden(t, "../docs/rds.md", b.String())
}

func document[P, N interface {
	~uint8
	fmt.Stringer
}](b *strings.Builder, title string, t table[P, N]) {
	fmt.Fprintf(b, "\n## %s\n\n| Phase | Event | If | Next phase | Does | Clause |\n|--|--|--|--|--|--|\n", title)
	for _, e := range t {
		var does []string
		for _, o := range e.do {
			does = append(does, o.String())
		}
		row := fmt.Sprintf("| %v | %v | %s | %v | %s | %s |\n", e.from, e.on, e.when.name, e.to, strings.Join(does, ", "), e.clause)
		b.WriteString(strings.ReplaceAll(row, "|  |", "| |"))
	}
}

// TestStateOfOtherReleases: fields that this release does not know survive.
func TestStateOfOtherReleases(t *testing.T) {
	var w record.Writer
	w.Uint(2, uint64(Established))
	w.Text(99, "later")
	var s State
	require.NoError(t, s.UnmarshalBinary(w))
	require.Equal(t, Established, s.Phase())
	b, err := s.AppendBinary(nil)
	require.NoError(t, err)
	require.Equal(t, []byte(w), b)

	for n, v := range map[record.Number]uint64{1: 1 << 9, 2: uint64(phases), 7: 8, 8: 8, 9: 4, 10: 8, 11: 8, 15: 256, 20: 4, 21: 8, 22: 8, 23: 256} {
		var w record.Writer
		w.Uint(n, v)
		require.ErrorIs(t, s.UnmarshalBinary(w), record.ErrDamaged, "field %d", n)
	}
	w = nil
	w.Uint(9, 1)
	require.ErrorIs(t, s.UnmarshalBinary(w), record.ErrDamaged, "flight of nothing")
	require.ErrorIs(t, s.UnmarshalBinary([]byte{0xFF}), record.ErrDamaged)
}

// FuzzStep feeds a machine with what nobody checked: a state out of octets, then frames and events out of octets. Nothing
// may panic or grow without bound, and each state must survive its octets.
func FuzzStep(f *testing.F) {
	for p := range phases {
		for _, in := range situations(p) {
			b, err := in.s.AppendBinary(nil)
			require.NoError(f, err)
			f.Add(b, []byte{byte(Receive), 2, 0x10, 0, byte(Timeout), 9, byte(Submit), 1, byte(Receive), 2, 0x01, 0xF8})
		}
	}
	m, err := New(nil)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, state, script []byte) {
		var s State
		if s.UnmarshalBinary(state) != nil {
			return
		}
		limit := max(m.o.Queue, len(s.out))
		now := noon
		for len(script) > 1 {
			kind, arg := EventKind(script[0])%eventKinds, script[1]
			script = script[2:]
			ev := Event{Kind: kind, Token: uint64(arg), Window: arg}
			switch kind {
			case Receive:
				n := min(int(arg), len(script))
				frame, err := codec.Parse(script[:n])
				script = script[n:]
				if err != nil {
					continue
				}
				ev.Frame = frame
				ev.Frame.Ports = s.Ports().Reverse()
			case Timeout:
				now = now.Add(time.Duration(arg) * second)
			}
			next, actions, err := m.Step(s, ev, now)
			if err != nil {
				require.Empty(t, actions)
				continue
			}
			for _, a := range actions {
				if a.Kind == Transmit {
					_, err := codec.Append(nil, &a.Frame)
					require.NoError(t, err)
				}
			}
			b, err := next.AppendBinary(nil)
			require.NoError(t, err)
			s = State{}
			require.NoError(t, s.UnmarshalBinary(b))
			require.LessOrEqual(t, len(s.out), limit)
		}
	})
}

// TestRandomPeers: ends that meet in any two states reach one in which data flows, and what they confirm is right.
func TestRandomPeers(t *testing.T) {
	m, err := New(&Options{N200: 2})
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	var all []situation
	for p := range phases {
		all = append(all, situations(p)...)
	}
	for range 2000 {
		ends := [2]State{all[random.IntN(len(all))].s, all[random.IntN(len(all))].s}
		now := noon
		delivered, acknowledged := false, false
		for try := 0; !acknowledged && try < 5; try++ {
			token := uint64(100 + try)
			type sent struct {
				to int
				ev Event
			}
			queue := []sent{{0, Event{Kind: Submit, Token: token, Data: []byte{byte(token)}}}}
			for done := false; !done; {
				if len(queue) == 0 {
					next := 0
					for i := range ends {
						if d := ends[i].Deadline(); !d.IsZero() && (ends[next].Deadline().IsZero() || d.Before(ends[next].Deadline())) {
							next = i
						}
					}
					d := ends[next].Deadline()
					require.False(t, d.IsZero(), "nothing will happen: %+v", ends)
					if d.After(now) {
						now = d
					}
					queue = append(queue, sent{next, Event{Kind: Timeout}})
				}
				e := queue[0]
				queue = queue[1:]
				next, actions, err := m.Step(ends[e.to], e.ev, now)
				require.NoError(t, err)
				ends[e.to] = next
				for _, a := range actions {
					switch {
					case a.Kind == Transmit:
						queue = append(queue, sent{1 - e.to, received(a.Frame)})
					case a.Kind == Deliver && e.to == 1 && bytes.Equal(a.Data, []byte{byte(token)}):
						delivered = true
					case a.Kind == Confirm && a.Token == token:
						done, acknowledged = true, a.Outcome == Acknowledged
					}
				}
			}
			if acknowledged {
				require.True(t, delivered)
			}
		}
		require.True(t, acknowledged)
	}
}
