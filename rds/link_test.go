package rds

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// link is a State in a test, and the time.
type link struct {
	t   *testing.T
	m   *Machine
	s   State
	now time.Time
}

func newLink(t *testing.T, opts Options) *link {
	m, err := New(&opts)
	require.NoError(t, err)
	return &link{t, m, NewState(PortPair(1, 2)), noon}
}

// does steps the link and checks its actions, each a line. In between it goes through its octets.
func (l *link) does(ev Event, want ...string) {
	l.t.Helper()
	if ev.Kind == Receive {
		ev.Frame.Ports = PortPair(2, 1)
	}
	before := l.s
	next, actions, err := l.m.Step(l.s, ev, l.now)
	require.NoError(l.t, err)
	require.Equal(l.t, before, l.s, "a step leaves its argument as it was")
	if want == nil {
		want = []string{}
	}
	require.Equal(l.t, want, lines(actions))
	l.s = restored(l.t, next)
}

// fails steps the link, which is to stay as it is.
func (l *link) fails(ev Event, err error) {
	l.t.Helper()
	next, actions, got := l.m.Step(l.s, ev, l.now)
	require.ErrorIs(l.t, got, err)
	require.Equal(l.t, l.s, next)
	require.Empty(l.t, actions)
}

// expires goes to the deadline, which is to be after d.
func (l *link) expires(d time.Duration, want ...string) {
	l.t.Helper()
	require.Equal(l.t, d, l.s.Deadline().Sub(l.now))
	l.now = l.s.Deadline().Add(-1)
	l.does(Event{Kind: Timeout})
	l.now = l.now.Add(1)
	l.does(Event{Kind: Timeout}, want...)
}

// restored returns s as its octets tell it.
func restored(t *testing.T, s State) State {
	t.Helper()
	b, err := s.AppendBinary([]byte("x"))
	require.NoError(t, err)
	var again State
	require.NoError(t, again.UnmarshalBinary(b[1:]))
	c, err := again.AppendBinary([]byte("x"))
	require.NoError(t, err)
	require.Equal(t, b, c)
	require.Equal(t, fmt.Sprintf("%+v", s), fmt.Sprintf("%+v", again))
	return again
}

func lines(actions []Action) []string {
	list := []string{}
	for i := range actions {
		a := &actions[i]
		s := a.Kind.String()
		switch a.Kind {
		case Transmit:
			f := a.Frame
			f.Ports = Ports{}
			s = "> " + f.String()
			if a.Token != 0 {
				s += fmt.Sprintf(" #%d", a.Token)
			}
		case Deliver:
			s += fmt.Sprintf(" %q", a.Data)
			if !a.Acknowledged {
				s += " unacknowledged"
			}
		case Confirm:
			s += fmt.Sprintf(" #%d %v", a.Token, a.Outcome)
		case Closed:
			s += fmt.Sprintf(" %v", a.Reason)
		case PortsAsked, PortsAnswered:
			s += fmt.Sprintf(" %v %v %v", a.Ports.Action, a.Ports.Status, a.Ports.Ports)
		case WindowAnswered:
			s += fmt.Sprintf(" %d", a.Window)
		}
		list = append(list, s)
	}
	return list
}

func submit(token uint64) Event {
	return Event{Kind: Submit, Token: token, Data: fmt.Appendf(nil, "d%d", token)}
}
func unacknowledged(token uint64) Event {
	return Event{Kind: SubmitUnacknowledged, Token: token, Data: fmt.Appendf(nil, "u%d", token)}
}
func received(f Frame) Event { return Event{Kind: Receive, Frame: f} }
func command(fn Function, info ...byte) Event {
	return received(Frame{Kind: U, Function: fn, Info: info})
}
func response(fn Function, info ...byte) Event {
	return received(Frame{Kind: U, Function: fn, Response: true, Info: info})
}
func rr(nr uint8) Event { return received(Frame{Kind: S, NR: nr}) }
func sack(nr, bitmap uint8) Event {
	return received(Frame{Kind: S, NR: nr, Supervisory: SACK, Bitmap: bitmap})
}
func info(ns, nr uint8, ack bool, data string) Event {
	return received(Frame{Kind: I, NS: ns, NR: nr, Ack: ack, Info: []byte(data)})
}

const second = time.Second

// established returns a link that we have established.
func established(t *testing.T, opts Options) *link {
	l := newLink(t, opts)
	l.does(Event{Kind: Establish}, "> U SET_ACK_MODE")
	l.does(response(SetAckMode), "Opened")
	require.Equal(t, Established, l.s.Phase())
	return l
}

// TestEstablish: the originator sends SET_ACK_MODE, ignores all but U and UI frames, and sends data after the response
// (TS 24.250 §6.2.2).
func TestEstablish(t *testing.T) {
	l := newLink(t, Options{})
	l.does(submit(7), "> U SET_ACK_MODE")
	l.does(Event{Kind: Establish})
	l.does(info(0, 0, true, "x"))
	l.does(rr(0))
	l.does(received(Frame{Kind: UI, Info: []byte("y")}), `Deliver "y" unacknowledged`)
	l.expires(5*second, "> U SET_ACK_MODE")
	l.does(response(SetAckMode), "Opened", "> I N(S)=0 N(R)=0 A, 2 octets #7")
	l.does(response(SetAckMode))
	l.does(rr(1), "Confirm #7 Acknowledged")
	require.True(t, l.s.Deadline().IsZero())

	// The receiver answers, and sends data of its own as soon as it hears that the answer arrived.
	l = newLink(t, Options{})
	l.does(command(SetAckMode), "> U SET_ACK_MODE response", "Opened")
	l.does(submit(8))
	l.does(command(SetAckMode), "> U SET_ACK_MODE response") // ours got lost
	l.does(info(0, 0, false, "x"), `Deliver "x"`, "> I N(S)=0 N(R)=1 A, 2 octets #8")

	// It asks, when it hears nothing.
	l = newLink(t, Options{N200: 2})
	l.does(command(SetAckMode), "> U SET_ACK_MODE response", "Opened")
	l.does(submit(8))
	l.expires(5*second, "> S N(R)=0 A")
	l.expires(5*second, "> S N(R)=0 A")
	l.does(rr(0), "> I N(S)=0 N(R)=0 A, 2 octets #8")
}

// TestEstablishCollision: both ends send SET_ACK_MODE; each becomes the receiver of the other, though all responses get
// lost.
func TestEstablishCollision(t *testing.T) {
	l := newLink(t, Options{})
	l.does(submit(7), "> U SET_ACK_MODE")
	l.does(command(SetAckMode), "> U SET_ACK_MODE response", "Opened")
	l.expires(5*second, "> S N(R)=0 A")
	l.does(rr(0), "> I N(S)=0 N(R)=0 A, 2 octets #7")
}

// TestPeerReset: SET_ACK_MODE on a link that is in use resets it; what was under way has no certain outcome, what waits
// goes out again (§6.2.2).
func TestPeerReset(t *testing.T) {
	l := established(t, Options{Window: 1})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(submit(2))
	l.does(info(0, 0, false, "x"), `Deliver "x"`)
	l.does(info(2, 0, false, "z"), "> S N(R)=1 SACK 0b1 response")
	l.does(command(SetAckMode), "Confirm #1 Unknown", "Closed PeerReset", "> U SET_ACK_MODE response", "Opened")
	l.does(info(0, 0, false, "y"), `Deliver "y"`, "> I N(S)=0 N(R)=1 A, 2 octets #2")
}

// TestNoAnswer: N200 repetitions of SET_ACK_MODE, then failure (§6.3).
func TestNoAnswer(t *testing.T) {
	l := newLink(t, Options{N200: 2, T200: 7 * second})
	l.does(submit(1), "> U SET_ACK_MODE")
	l.does(submit(2))
	l.expires(7*second, "> U SET_ACK_MODE")
	l.expires(7*second, "> U SET_ACK_MODE")
	l.expires(7*second, "Confirm #1 NotSent", "Confirm #2 NotSent", "Closed NoAnswer")
	require.Equal(t, Released, l.s.Phase())
	require.True(t, l.s.Deadline().IsZero())

	// Of an I frame: it ends, and what waits is given another chance.
	l = established(t, Options{N200: 1, Window: 1})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(submit(2))
	l.expires(5*second, "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.expires(5*second, "Confirm #1 Unknown", "Closed NoAnswer", "> U SET_ACK_MODE")
	l.does(response(SetAckMode), "Opened", "> I N(S)=0 N(R)=0 A, 2 octets #2")
	l.expires(5*second, "> I N(S)=0 N(R)=0 A, 2 octets #2")
	l.expires(5*second, "Confirm #2 Unknown", "Closed NoAnswer")
	require.Equal(t, Released, l.s.Phase())
}

// TestTransfer: window, acknowledgements alone and with data, numbers modulo 8 (§6.2.3).
func TestTransfer(t *testing.T) {
	l := established(t, Options{})
	for i := range uint8(9) {
		l.does(submit(uint64(i)+1), fmt.Sprintf("> I N(S)=%d N(R)=%d A, 2 octets #%d", i%8, i%8, i+1))
		l.does(info(i%8, (i+1)%8, false, "x"), `Deliver "x"`, fmt.Sprintf("Confirm #%d Acknowledged", i+1))
	}
}

// TestWindow: no more than the window are under way, and the last of them asks for the acknowledgement.
func TestWindow(t *testing.T) {
	l := newLink(t, Options{Queue: 5})
	l.does(submit(1), "> U SET_ACK_MODE")
	for i := range uint64(4) {
		l.does(submit(i + 2))
	}
	l.fails(submit(6), ErrQueueFull)
	l.does(response(SetAckMode), "Opened", "> I N(S)=0 N(R)=0, 2 octets #1", "> I N(S)=1 N(R)=0, 2 octets #2", "> I N(S)=2 N(R)=0 A, 2 octets #3")
	sent, waiting := l.s.Pending()
	require.Equal(t, []int{3, 2}, []int{sent, waiting})
	require.Equal(t, map[uint64]bool{1: true, 2: true, 3: true, 4: false, 5: false}, maps.Collect(l.s.Tokens()))
	for token := range l.s.Tokens() {
		require.EqualValues(t, 1, token)
		break
	}
	l.does(rr(5)) // of nothing that was sent
	l.does(rr(2), "Confirm #1 Acknowledged", "Confirm #2 Acknowledged", "> I N(S)=3 N(R)=0, 2 octets #4", "> I N(S)=4 N(R)=0 A, 2 octets #5")
	l.does(rr(2)) // again
	l.does(rr(0)) // old
	l.does(rr(5), "Confirm #3 Acknowledged", "Confirm #4 Acknowledged", "Confirm #5 Acknowledged")
}

// TestSACK: what the bitmap shows to be missing is repeated at once, and once (§6.2.3).
func TestSACK(t *testing.T) {
	l := newLink(t, Options{})
	l.does(submit(1), "> U SET_ACK_MODE")
	l.does(submit(2))
	l.does(submit(3))
	l.does(submit(4))
	l.does(response(SetAckMode), "Opened", "> I N(S)=0 N(R)=0, 2 octets #1", "> I N(S)=1 N(R)=0, 2 octets #2", "> I N(S)=2 N(R)=0 A, 2 octets #3")
	l.does(sack(0, 0b10), "> I N(S)=0 N(R)=0, 2 octets #1", "> I N(S)=1 N(R)=0 A, 2 octets #2")
	l.does(sack(0, 0b10))
	l.does(sack(1, 0b01), "Confirm #1 Acknowledged", "> I N(S)=3 N(R)=0 A, 2 octets #4")
	l.expires(5*second, "> I N(S)=1 N(R)=0 A, 2 octets #2")
	l.does(rr(3), "Confirm #2 Acknowledged", "Confirm #3 Acknowledged", "> I N(S)=3 N(R)=0 A, 2 octets #4") // the rest was lost, too
	l.does(rr(4), "Confirm #4 Acknowledged")
}

// TestReceive: in order, each once; a gap is told, what is known is acknowledged again (§6.2.3).
func TestReceive(t *testing.T) {
	l := established(t, Options{})
	l.does(info(0, 0, false, "a"), `Deliver "a"`)
	l.does(info(0, 0, false, "a"), "> S N(R)=1 response")
	l.does(info(3, 0, false, "d"), "> S N(R)=1 SACK 0b10 response")
	l.does(info(3, 0, false, "D"), "> S N(R)=1 SACK 0b10 response")
	l.does(info(4, 0, false, "e"), "> S N(R)=1 SACK 0b10 response") // beyond the window
	l.does(info(1, 0, false, "b"), `Deliver "b"`, "> S N(R)=2 SACK 0b1 response")
	l.does(info(2, 0, false, ""), `Deliver ""`, `Deliver "d"`)
	l.does(info(4, 0, true, "e"), `Deliver "e"`, "> S N(R)=5 response")
	l.does(received(Frame{Kind: S, NR: 0, Ack: true}), "> S N(R)=5 response")
}

// TestTerminate ends the link from either side (§6.2.4).
func TestTerminate(t *testing.T) {
	l := established(t, Options{Window: 1})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(submit(2))
	l.does(Event{Kind: Terminate}, "Confirm #1 Unknown", "Confirm #2 NotSent", "> U DISCONNECT")
	l.does(Event{Kind: Terminate})
	l.does(info(0, 1, true, "x"))
	l.expires(5*second, "> U DISCONNECT")
	l.does(submit(3)) // begins anew
	l.does(response(Disconnect), "Closed ByUs", "> U SET_ACK_MODE")

	l = established(t, Options{})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(command(Disconnect), "Confirm #1 Unknown", "> U DISCONNECT response", "Closed ByPeer")
	l.does(command(Disconnect), "> U DISCONNECT response")
	l.does(info(0, 1, true, "x"))
	require.Equal(t, Released, l.s.Phase())
}

// TestUnacknowledged: N(U) lets the receiver drop what comes twice (§6.2.5).
func TestUnacknowledged(t *testing.T) {
	ui := func(n uint8) Event { return received(Frame{Kind: UI, NU: n, Info: []byte{'0' + n}}) }
	l := newLink(t, Options{})
	for i := range uint8(10) {
		l.does(unacknowledged(uint64(i)+1), fmt.Sprintf("> UI N(U)=%d, %d octets #%d", i%8, 2+i/9, i+1))
	}
	l.does(ui(6), `Deliver "6" unacknowledged`)
	l.does(ui(6))
	l.does(ui(7), `Deliver "7" unacknowledged`)
	l.does(ui(2), `Deliver "2" unacknowledged`) // 0 and 1 are late
	l.does(ui(7))
	l.does(ui(1), `Deliver "1" unacknowledged`)
	l.does(ui(1))
	l.does(ui(0), `Deliver "0" unacknowledged`)
	l.does(ui(3), `Deliver "3" unacknowledged`)
	l.now = l.now.Add(30 * second)
	l.does(ui(3))
	l.now = l.now.Add(30*second + 1)
	l.does(ui(3), `Deliver "3" unacknowledged`) // nothing repeats a frame so late
}

// TestAsleep: while the lower layer is unavailable nothing goes out and nothing is counted.
func TestAsleep(t *testing.T) {
	l := established(t, Options{N200: 1})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(Event{Kind: AskPorts, Ports: PortMessage{Action: QueryPorts}}, "> U MANAGE_PORT, 2 octets")
	l.does(Event{Kind: Unavailable})
	require.True(t, l.s.Suspended())
	require.True(t, l.s.Deadline().IsZero())
	l.now = l.now.Add(24 * time.Hour)
	l.does(Event{Kind: Timeout})
	l.does(submit(2))
	l.fails(unacknowledged(3), ErrSuspended)
	l.does(Event{Kind: Available}, "> U MANAGE_PORT, 2 octets", "> I N(S)=0 N(R)=0, 2 octets #1", "> I N(S)=1 N(R)=0 A, 2 octets #2")
	l.does(Event{Kind: Available})
	l.does(Event{Kind: Unavailable})

	// A frame says that the UE is awake. What it acknowledges is not repeated.
	l.does(info(0, 1, true, "x"), `Deliver "x"`, "Confirm #1 Acknowledged", "> U MANAGE_PORT, 2 octets", "> I N(S)=1 N(R)=1 A, 2 octets #2")
	require.False(t, l.s.Suspended())
	l.does(rr(2), "Confirm #2 Acknowledged")

	// Establishment and termination wait, too.
	l = newLink(t, Options{})
	l.does(Event{Kind: Unavailable})
	l.does(submit(1))
	l.does(Event{Kind: AskWindow, Window: 3})
	require.Equal(t, Establishing, l.s.Phase())
	l.does(Event{Kind: Available}, "> U SET_ACK_MODE", "> U SET_PARAMETERS, 2 octets")
	l.does(response(SetParameters, 1, 3), "WindowAnswered 3")
	l.does(response(SetAckMode), "Opened", "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(Event{Kind: Unavailable})
	l.does(Event{Kind: Terminate}, "Confirm #1 Unknown")
	l.does(Event{Kind: Available}, "> U DISCONNECT")
	l.expires(5*second, "> U DISCONNECT")
}

// TestLost: what was asked ends with the bearer, and numbers begin anew.
func TestLost(t *testing.T) {
	l := established(t, Options{Window: 1})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(submit(2))
	l.does(unacknowledged(3), "> UI N(U)=0, 2 octets #3")
	l.does(received(Frame{Kind: UI, Info: []byte("x")}), `Deliver "x" unacknowledged`)
	l.does(Event{Kind: AskWindow, Window: 2}, "> U SET_PARAMETERS, 2 octets")
	l.does(Event{Kind: Lost}, "RequestFailed", "Confirm #1 Unknown", "Confirm #2 NotSent", "Closed NoBearer")
	require.Equal(t, NewState(PortPair(1, 2)), l.s)
	l.does(Event{Kind: Lost})
	l.does(received(Frame{Kind: UI, Info: []byte("x")}), `Deliver "x" unacknowledged`)
}

// TestWithdraw takes back what was not sent.
func TestWithdraw(t *testing.T) {
	l := established(t, Options{Window: 1})
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(submit(2))
	l.does(submit(3))
	l.fails(Event{Kind: Withdraw, Token: 1}, ErrSent)
	l.does(Event{Kind: Withdraw, Token: 2}, "Confirm #2 NotSent")
	l.fails(Event{Kind: Withdraw, Token: 2}, ErrSent)
	l.does(rr(1), "Confirm #1 Acknowledged", "> I N(S)=1 N(R)=0 A, 2 octets #3")

	// The receiver of an establishment would have asked the peer on behalf of it.
	l = newLink(t, Options{})
	l.does(command(SetAckMode), "> U SET_ACK_MODE response", "Opened")
	l.does(submit(1))
	l.does(Event{Kind: Withdraw, Token: 1}, "Confirm #1 NotSent")
	require.True(t, l.s.Deadline().IsZero())
}

// TestPorts: MANAGE_PORT in both roles (§6.2.6 to §6.2.9).
func TestPorts(t *testing.T) {
	l := newLink(t, Options{N200: 1})
	reserve := PortMessage{Action: ReservePorts, Ports: []Port{{UE: 3, SCEF: 4, Application: "meter", Formats: JSON}}}
	octets := func(m PortMessage) []byte {
		b, err := codec.AppendPorts(nil, &m)
		require.NoError(t, err)
		return b
	}
	l.does(Event{Kind: AskPorts, Ports: reserve}, "> U MANAGE_PORT, 10 octets")
	require.True(t, l.s.Asking())
	_, _, err := l.m.Step(l.s, Event{Kind: AskPorts, Ports: reserve}, noon)
	var unexpected *UnexpectedEventError
	require.ErrorAs(t, err, &unexpected)
	require.EqualError(t, err, "rds: a link in phase Asking cannot take AskPorts")
	l.expires(5*second, "> U MANAGE_PORT, 10 octets")
	other := reserve
	other.Ports = []Port{{UE: 5, SCEF: 4}}
	l.does(response(ManagePort, octets(other)...)) // to an earlier command
	other.Ports = []Port{reserve.Ports[0], reserve.Ports[0]}
	l.does(response(ManagePort, octets(other)...))
	l.does(response(ManagePort, octets(PortMessage{Action: ReleasePorts, Ports: reserve.Ports})...))
	l.does(response(SetParameters, 1, 3))
	refused := reserve
	refused.Status = FormatNotSupported
	l.does(response(ManagePort, octets(refused)...), "PortsAnswered Reserve FormatNotSupported [{3 4 meter JSON}]")
	l.does(response(ManagePort, octets(refused)...))

	l.does(Event{Kind: AskPorts, Ports: PortMessage{Action: QueryPorts}}, "> U MANAGE_PORT, 2 octets")
	l.does(response(ManagePort, octets(PortMessage{Action: QueryPorts, Ports: reserve.Ports})...), "PortsAnswered Query Success [{3 4 meter JSON}]")
	l.does(Event{Kind: AskPorts, Ports: PortMessage{Action: ReleasePorts, Ports: reserve.Ports}}, "> U MANAGE_PORT, 10 octets")
	l.expires(5*second, "> U MANAGE_PORT, 10 octets")
	l.expires(5*second, "RequestFailed")
	require.False(t, l.s.Asking())

	// The receiver.
	l.does(command(ManagePort, octets(reserve)...), "PortsAsked Reserve Success [{3 4 meter JSON}]")
	reserve.Status = PortNotFree
	l.does(Event{Kind: AnswerPorts, Ports: reserve}, "> U MANAGE_PORT response, 10 octets")

	l.fails(Event{Kind: AskPorts, Ports: PortMessage{Ports: []Port{{UE: 16}}}}, ErrOutOfRange)
}

// TestSetParameters negotiates the window of what we send.
func TestSetParameters(t *testing.T) {
	l := established(t, Options{})
	l.does(Event{Kind: AskWindow, Window: 2}, "> U SET_PARAMETERS, 2 octets")
	l.does(response(SetParameters, 1, 3), "WindowAnswered 2") // more than was asked
	l.does(submit(1), "> I N(S)=0 N(R)=0 A, 2 octets #1")
	l.does(submit(2), "> I N(S)=1 N(R)=0 A, 2 octets #2")
	l.does(submit(3))
	l.does(Event{Kind: AskWindow, Window: 200}, "> U SET_PARAMETERS, 2 octets")
	l.does(response(ManagePort, 0x30, 0))
	l.does(response(SetParameters, 1, 200), "WindowAnswered 3", "> I N(S)=2 N(R)=0 A, 2 octets #3")

	l.does(command(SetParameters, 1, 100), "> U SET_PARAMETERS response, 2 octets")
	_, actions, err := l.m.Step(l.s, Event{Kind: Receive, Frame: Frame{Kind: U, Ports: PortPair(2, 1), Function: SetParameters, Info: []byte{1, 100}}}, noon)
	require.NoError(t, err)
	require.Equal(t, []byte{1, MaxWindow}, actions[0].Frame.Info)
	l.fails(Event{Kind: Receive, Frame: Frame{Kind: U, Ports: PortPair(2, 1), Function: SetParameters, Info: []byte{1, 0}}}, ErrOutOfRange)
	l.fails(Event{Kind: AskWindow}, ErrOutOfRange)
}

// TestLifetime: with frames that overtake each other, a number is used again only when nothing of its earlier frame is
// under way.
func TestLifetime(t *testing.T) {
	l := newLink(t, Options{Lifetime: 2 * second})
	l.does(submit(1), "> U SET_ACK_MODE")
	for i := range uint64(7) {
		l.does(submit(i + 2))
	}
	l.now = l.now.Add(second)
	l.does(response(SetAckMode), "Opened")
	l.does(rr(0)) // of an earlier time
	l.expires(4*second, "> I N(S)=0 N(R)=0, 2 octets #1", "> I N(S)=1 N(R)=0, 2 octets #2", "> I N(S)=2 N(R)=0 A, 2 octets #3")
	l.now = l.now.Add(second)
	l.does(rr(2), "Confirm #1 Acknowledged", "Confirm #2 Acknowledged", "> I N(S)=3 N(R)=0 A, 2 octets #4")
	l.now = l.now.Add(second)
	l.does(rr(4), "Confirm #3 Acknowledged", "Confirm #4 Acknowledged")
	// V(A) went beyond 0 and 1 a second ago: 4 and 5 have to wait for another one, 6 for one more.
	l.expires(second, "> I N(S)=4 N(R)=0, 2 octets #5", "> I N(S)=5 N(R)=0 A, 2 octets #6")
	l.expires(second, "> I N(S)=6 N(R)=0 A, 2 octets #7")

	// A new establishment waits, too.
	l.does(command(Disconnect), "Confirm #5 Unknown", "Confirm #6 Unknown", "Confirm #7 Unknown", "Confirm #8 NotSent", "> U DISCONNECT response", "Closed ByPeer")
	l.does(submit(9))
	l.expires(4*second, "> U SET_ACK_MODE")
}

// vendorCodec says SET_PARAMETERS and MANAGE_PORT in another way.
type vendorCodec struct{ DefaultCodec }

func (vendorCodec) AppendPorts(dst []byte, m *PortMessage) ([]byte, error) {
	return append(dst, 'p', byte(m.Action)), nil
}
func (vendorCodec) ParsePorts(b []byte) (PortMessage, error) {
	return PortMessage{Action: PortAction(b[1])}, nil
}
func (vendorCodec) AppendParameters(dst []byte, p Parameters) ([]byte, error) {
	return append(dst, 'w', p.Window, 0), nil
}
func (vendorCodec) ParseParameters(b []byte) (Parameters, error) { return Parameters{b[1]}, nil }

// TestCodec: a vendor's codec takes the place of ours.
func TestCodec(t *testing.T) {
	l := newLink(t, Options{Codec: vendorCodec{}})
	l.does(Event{Kind: AskPorts, Ports: PortMessage{Action: QueryPorts}}, "> U MANAGE_PORT, 2 octets")
	l.does(response(ManagePort, 'p', byte(QueryPorts)), "PortsAnswered Query Success []")
	l.does(Event{Kind: AskWindow, Window: 1}, "> U SET_PARAMETERS, 3 octets")
	l.does(response(SetParameters, 'w', 1), "WindowAnswered 1")
	l.does(command(ManagePort, 'p', byte(NotifyPorts)), "PortsAsked Notify Success []")
	l.does(Event{Kind: AnswerPorts, Ports: PortMessage{Action: NotifyPorts}}, "> U MANAGE_PORT response, 2 octets")
}

func TestBadEvents(t *testing.T) {
	l := newLink(t, Options{N201: 10})
	long := make([]byte, 11)
	l.fails(Event{Kind: Submit, Data: long}, ErrTooLong)
	l.fails(Event{Kind: SubmitUnacknowledged, Data: long}, ErrTooLong)
	l.fails(Event{Kind: Receive, Frame: Frame{Kind: I, Ports: PortPair(2, 1), Info: long}}, ErrTooLong)
	l.fails(Event{Kind: AskPorts, Ports: PortMessage{Ports: make([]Port, 3)}}, ErrTooLong)
	l.fails(Event{Kind: AnswerPorts, Ports: PortMessage{Ports: make([]Port, 3)}}, ErrTooLong)
	for _, p := range []Ports{{}, PortPair(1, 2), PortPair(2, 3), PortPair(3, 1)} {
		l.fails(Event{Kind: Receive, Frame: Frame{Kind: U, Ports: p}}, ErrOtherLink)
	}
	l.fails(Event{Kind: Receive, Frame: Frame{Kind: U, Ports: PortPair(2, 1), Function: ManagePort}}, ErrTruncated)
	l.does(Event{Kind: Establish}, "> U SET_ACK_MODE")
	l.does(Event{Kind: Terminate}, "> U DISCONNECT")
	for _, k := range []EventKind{Establish, eventKinds} {
		_, _, err := l.m.Step(l.s, Event{Kind: k}, noon)
		var unexpected *UnexpectedEventError
		require.ErrorAs(t, err, &unexpected)
	}
}

func TestOptions(t *testing.T) {
	m, err := New(nil)
	require.NoError(t, err)
	require.Equal(t, Options{T200: 5 * second, N200: 3, N201: 1355, Window: 3, Queue: 16, Remember: 30 * second, Codec: DefaultCodec{}}, m.o)
	_, err = New(&Options{T200: 1, N200: 101, N201: 65536, Window: 4, Queue: 2, Lifetime: -1, Remember: -1})
	for _, what := range []string{"T200", "N200", "N201", "Window", "Queue", "Lifetime"} {
		require.ErrorContains(t, err, what)
	}
	_, err = New(&Options{Lifetime: 3 * second})
	require.ErrorContains(t, err, "Lifetime")
}
