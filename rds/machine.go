package rds

import "fmt"

// input is an event as the table of a link knows it: that of the caller, or a frame.
type input uint8

const (
	inSubmit input = iota
	inEstablish
	inTerminate
	inSetAckMode         // command
	inSetAckModeResponse //
	inDisconnect         // command
	inDisconnectResponse //
	inI
	inS
	inTimeout
	inAvailable
	inLost
	inputs
)

var inputNames = []string{
	"Submit", "Establish", "Terminate", "SET_ACK_MODE command", "SET_ACK_MODE response", "DISCONNECT command",
	"DISCONNECT response", "I frame", "S frame", "Timeout", "Available", "Lost",
}

func (i input) String() string { return name(inputNames, i) }

// requestPhase tells whether a command of management waits for its answer.
type requestPhase uint8

// The phases of a request.
const (
	noRequest requestPhase = iota
	asking
	requestPhases
)

var requestPhaseNames = []string{"NoRequest", "Asking"}

func (p requestPhase) String() string { return name(requestPhaseNames, p) }

// requestInput is an event as the table of requests knows it.
type requestInput uint8

const (
	reqAsk    requestInput = iota
	reqAnswer              // a response MANAGE_PORT or SET_PARAMETERS
	reqTimeout
	reqAvailable
	reqLost
	requestInputs
)

var requestInputNames = []string{"Ask", "response", "Timeout", "Available", "Lost"}

func (i requestInput) String() string { return name(requestInputNames, i) }

// guard is a condition on a step, with a name for the printed table. The zero guard always holds.
type guard struct {
	name string
	hold func(*run) bool
}

var (
	always    = guard{}
	ifEarly   = guard{"T200 has not expired", (*run).early}
	ifRetry   = guard{"sent no more than N200 times", func(r *run) bool { return int(r.s.tries) <= r.m.o.N200 }}
	ifWaiting = guard{"data waits", func(r *run) bool { return len(r.s.out) > int(r.s.flight) }}
	ifFresh   = guard{"no I or S frame came, no I frame was sent", func(r *run) bool { return !r.s.heard && r.s.flight == 0 }}
	ifQuiet   = guard{"Lifetime has not passed", func(r *run) bool { return r.now.Before(r.s.quiet) }}

	ifRequestEarly = guard{"T200 has not expired", (*run).requestEarly}
	ifRequestRetry = guard{"sent no more than N200 times", func(r *run) bool { return int(r.s.request.tries) <= r.m.o.N200 }}
	ifMatch        = guard{"it fits the command", (*run).match}
)

// edge is one row of a table: from a phase, on an input, under a guard, to a phase, with what is done in this order.
type edge[P, N ~uint8] struct {
	from   P
	on     N
	when   guard
	to     P
	do     []op
	clause string
}

// table is a machine. Of several edges for one phase and input, the first whose guard holds is taken.
type table[P, N ~uint8] []edge[P, N]

func (t table[P, N]) find(p P, in N, r *run) *edge[P, N] {
	for i := range t {
		if e := &t[i]; e.from == p && e.on == in && (e.when.hold == nil || e.when.hold(r)) {
			return e
		}
	}
	return nil
}

// UnexpectedEventError reports an event that the phase of a link does not allow.
type UnexpectedEventError struct {
	Phase fmt.Stringer
	Event EventKind
}

func (e *UnexpectedEventError) Error() string {
	return fmt.Sprintf("rds: a link in phase %v cannot take %v", e.Phase, e.Event)
}

const (
	clauseEstablish = "TS 24.250 §6.2.2"
	clauseTransfer  = "TS 24.250 §6.2.3"
	clauseTerminate = "TS 24.250 §6.2.4"
	clausePorts     = "TS 24.250 §6.2.6-6.2.9"
	clauseAbnormal  = "TS 24.250 §6.3"
	clauseOurs      = "ours"
)

// do makes rows short.
func do(ops ...op) []op { return ops }

// linkTable is acknowledged transfer. A command to establish that comes while we establish makes us the receiver: both
// ends are reset then, and no response need arrive.
var linkTable = table[Phase, input]{
	{Released, inSubmit, always, Establishing, do(enqueue, begin), clauseEstablish},
	{Released, inEstablish, always, Establishing, do(begin), clauseEstablish},
	{Released, inTerminate, always, Released, nil, clauseOurs},
	{Released, inSetAckMode, always, Established, do(accept, answerSetAckMode, tellOpened), clauseEstablish},
	{Released, inSetAckModeResponse, always, Released, nil, clauseAbnormal},
	{Released, inDisconnect, always, Released, do(answerDisconnect), clauseTerminate},
	{Released, inDisconnectResponse, always, Released, nil, clauseAbnormal},
	{Released, inI, always, Released, nil, clauseAbnormal},
	{Released, inS, always, Released, nil, clauseAbnormal},
	{Released, inTimeout, always, Released, nil, clauseOurs},
	{Released, inAvailable, always, Released, nil, clauseOurs},
	{Released, inLost, always, Released, do(forget), clauseOurs},

	{Establishing, inSubmit, always, Establishing, do(enqueue), clauseEstablish},
	{Establishing, inEstablish, always, Establishing, nil, clauseOurs},
	{Establishing, inTerminate, always, Terminating, do(failAll, sendDisconnect), clauseTerminate},
	{Establishing, inSetAckMode, always, Established, do(accept, answerSetAckMode, tellOpened, pump), clauseEstablish},
	{Establishing, inSetAckModeResponse, always, Established, do(open, tellOpened, pump), clauseEstablish},
	{Establishing, inDisconnect, always, Establishing, do(answerDisconnect), clauseTerminate},
	{Establishing, inDisconnectResponse, always, Establishing, nil, clauseAbnormal},
	{Establishing, inI, always, Establishing, nil, clauseEstablish},
	{Establishing, inS, always, Establishing, nil, clauseEstablish},
	{Establishing, inTimeout, ifEarly, Establishing, nil, clauseOurs},
	{Establishing, inTimeout, ifRetry, Establishing, do(sendSetAckMode), clauseAbnormal},
	{Establishing, inTimeout, always, Released, do(failAll, closeNoAnswer), clauseAbnormal},
	{Establishing, inAvailable, always, Establishing, do(againSetAckMode), clauseOurs},
	{Establishing, inLost, always, Released, do(failAll, closeNoBearer, forget), clauseOurs},

	{Established, inSubmit, always, Established, do(enqueue, pump), clauseTransfer},
	{Established, inEstablish, always, Established, nil, clauseOurs},
	{Established, inTerminate, always, Terminating, do(failAll, sendDisconnect), clauseTerminate},
	{Established, inSetAckMode, ifFresh, Established, do(rest, answerSetAckMode), clauseEstablish},
	{Established, inSetAckMode, always, Established, do(failSent, closeReset, accept, answerSetAckMode, tellOpened, pump), clauseEstablish},
	{Established, inSetAckModeResponse, always, Established, nil, clauseAbnormal},
	{Established, inDisconnect, always, Released, do(failAll, answerDisconnect, closeByPeer), clauseTerminate},
	{Established, inDisconnectResponse, always, Established, nil, clauseAbnormal},
	{Established, inI, ifQuiet, Established, nil, clauseOurs},
	{Established, inI, always, Established, do(takeData, takeAck, pump), clauseTransfer},
	{Established, inS, ifQuiet, Established, nil, clauseOurs},
	{Established, inS, always, Established, do(takeAck, pump), clauseTransfer},
	{Established, inTimeout, ifEarly, Established, do(pump), clauseOurs},
	{Established, inTimeout, ifRetry, Established, do(retransmit, pump), clauseTransfer},
	{Established, inTimeout, ifWaiting, Establishing, do(failSent, closeNoAnswer, begin), clauseAbnormal},
	{Established, inTimeout, always, Released, do(failAll, closeNoAnswer), clauseAbnormal},
	{Established, inAvailable, always, Established, do(resend, pump), clauseOurs},
	{Established, inLost, always, Released, do(failAll, closeNoBearer, forget), clauseOurs},

	{Terminating, inSubmit, always, Terminating, do(enqueue), clauseOurs},
	{Terminating, inTerminate, always, Terminating, nil, clauseOurs},
	{Terminating, inSetAckMode, always, Terminating, nil, clauseOurs},
	{Terminating, inSetAckModeResponse, always, Terminating, nil, clauseAbnormal},
	{Terminating, inDisconnect, ifWaiting, Establishing, do(answerDisconnect, closeByUs, begin), clauseTerminate},
	{Terminating, inDisconnect, always, Released, do(answerDisconnect, closeByUs), clauseTerminate},
	{Terminating, inDisconnectResponse, ifWaiting, Establishing, do(closeByUs, begin), clauseTerminate},
	{Terminating, inDisconnectResponse, always, Released, do(closeByUs), clauseTerminate},
	{Terminating, inI, always, Terminating, nil, clauseTerminate},
	{Terminating, inS, always, Terminating, nil, clauseTerminate},
	{Terminating, inTimeout, ifEarly, Terminating, nil, clauseOurs},
	{Terminating, inTimeout, ifRetry, Terminating, do(sendDisconnect), clauseAbnormal},
	{Terminating, inTimeout, ifWaiting, Establishing, do(closeNoAnswer, begin), clauseAbnormal},
	{Terminating, inTimeout, always, Released, do(closeNoAnswer), clauseAbnormal},
	{Terminating, inAvailable, always, Terminating, do(againDisconnect), clauseOurs},
	{Terminating, inLost, always, Released, do(failAll, closeNoBearer, forget), clauseOurs},
}

// requestTable is the originator of MANAGE_PORT and SET_PARAMETERS, in any phase of the link. The receiver keeps
// nothing: a command is an action, an answer is an event.
var requestTable = table[requestPhase, requestInput]{
	{noRequest, reqAsk, always, asking, do(sendRequest), clausePorts},
	{noRequest, reqAnswer, always, noRequest, nil, clauseAbnormal},
	{noRequest, reqTimeout, always, noRequest, nil, clauseOurs},
	{noRequest, reqAvailable, always, noRequest, nil, clauseOurs},
	{noRequest, reqLost, always, noRequest, nil, clauseOurs},
	{asking, reqAnswer, ifMatch, noRequest, do(tellAnswer), clausePorts},
	{asking, reqAnswer, always, asking, nil, clauseAbnormal},
	{asking, reqTimeout, ifRequestEarly, asking, nil, clauseOurs},
	{asking, reqTimeout, ifRequestRetry, asking, do(sendRequest), clauseAbnormal},
	{asking, reqTimeout, always, noRequest, do(failRequest), clauseAbnormal},
	{asking, reqAvailable, always, asking, do(againRequest), clauseOurs},
	{asking, reqLost, always, noRequest, do(failRequest), clauseOurs},
}
