package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/t8"
)

// EventKind tells what an [Event] is.
type EventKind uint8

// The kinds of events.
const (
	Request EventKind = iota // From asks To
	Answer                   // From answers To
	Remark                   // something that happened at From
	Phase                    // a heading
)

// Protocol tells how an event travelled.
type Protocol uint8

// The protocols.
const (
	Local    Protocol = iota
	Diameter          // a message of a reference point
	Base              // a message of the base protocol: CER, DWR, DPR
	HTTP              // T8
	RadioLeg          // between MME and UE, in words: no NAS message is built
)

// An Event is something that the [Recorder] saw.
type Event struct {
	Time     time.Time
	Kind     EventKind
	Protocol Protocol
	From, To string // names of nodes
	Text     string // one line; no-break spaces hold together what the ladder is not to break
	Failed   bool   // the answer is a failure
	Detail   string // the message in full, in lines; may be empty

	// Octets is the message as it travels: for HTTP as text of HTTP/1.1, with the header fields that are known. Only a
	// Recorder with RecorderOptions.Octets keeps it.
	Octets []byte
	// Exchange is the same number for an HTTP request and its answer; 0 where it is not known.
	Exchange int
}

// RecorderOptions are the optional parameters of a [Recorder].
type RecorderOptions struct {
	// Nodes are the columns of the ladder from left to right; nodes not named stand behind, as they come. Default: AS,
	// SCEF, HSS, MME, UE.
	Nodes []string
	// Mask hides most of each identity of a subscriber. Default: they are shown, since those of a simulation are nobody's.
	// Messages in full are masked in any case where they are Diameter.
	Mask bool
	// Octets keeps each message as it travels, for WritePcap. A Recorder that masks never does: identities in octets
	// cannot be hidden.
	Octets bool
}

// Recorder collects what nodes sent each other, in the order in which it was told. Give it to HSS, MME and AS, or hang its
// hooks into nodes of one's own, but only at one end of each connection: what it is told twice, it shows twice. A nil
// Recorder records nothing.
//
// The order at one node is that of its messages. Simulated nodes record a message before it leaves them and when it has
// come to them, so their order is that of cause and effect across nodes, too; the hook for [diameter.Trace] sees what a
// node sends shortly after it was queued and cannot promise that.
type Recorder struct {
	nodes  []string
	mask   bool
	octets bool

	mu     sync.Mutex
	events []Event              // guarded by mu
	open   map[*t8.Exchange]int // requests recorded, with their numbers; guarded by mu
	last   int                  // number given to an exchange; guarded by mu
}

// NewRecorder returns a Recorder; opts may be nil.
func NewRecorder(opts *RecorderOptions) *Recorder {
	if opts == nil {
		opts = &RecorderOptions{}
	}
	r := &Recorder{
		nodes: slices.Clone(opts.Nodes), mask: opts.Mask, octets: opts.Octets && !opts.Mask, open: map[*t8.Exchange]int{},
	}
	if r.nodes == nil {
		r.nodes = []string{"AS", "SCEF", "HSS", "MME", "UE"}
	}
	return r
}

// Add records an event; its Time is now when it has none.
func (r *Recorder) Add(e Event) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if !r.octets {
		e.Octets = nil
	}
	r.events = append(r.events, e)
}

// Phase records a heading.
func (r *Recorder) Phase(text string) { r.Add(Event{Kind: Phase, Text: text}) }

// Note records something that happened at a node.
func (r *Recorder) Note(node, text string) { r.Add(Event{Kind: Remark, From: node, Text: text}) }

// Events returns what was recorded so far.
func (r *Recorder) Events() []Event {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Count returns the number of messages of a protocol, requests and answers.
func (r *Recorder) Count(p Protocol) (n int) {
	for _, e := range r.Events() {
		if e.Protocol == p && e.Kind <= Answer {
			n++
		}
	}
	return n
}

// Trace returns hooks for a [diameter.Node], which has the given name in the ladder; its peers are named by the first label
// of their hosts. base includes the messages of the base protocol.
func (r *Recorder) Trace(node string, base bool) *diameter.Trace {
	return &diameter.Trace{Message: func(peer diameter.Identity, d diameter.Direction, m *diameter.Message) {
		if m.App == diameter.AppBase && !base {
			return
		}
		name := nameOf(peer.Host)
		if name == "" {
			name = "PEER"
		}
		if d == diameter.Sent {
			r.diameter(node, name, m)
		} else {
			r.diameter(name, node, m)
		}
	}}
}

// HTTP returns hooks for the T8 client, handler or notifier that is one end of the connections from client to server.
func (r *Recorder) HTTP(client, server string) *t8.Trace {
	return &t8.Trace{
		Request: func(_ context.Context, x *t8.Exchange) { r.httpRequest(client, server, x) },
		Answer:  func(_ context.Context, x *t8.Exchange) { r.httpAnswer(client, server, x) },
	}
}

// httpRequest records a request; httpAnswer or forget is to follow.
func (r *Recorder) httpRequest(client, server string, x *t8.Exchange) {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.last++
	n := r.last
	r.open[x] = n
	r.mu.Unlock()
	e := Event{
		Protocol: HTTP, From: client, To: server, Exchange: n,
		Text:   x.Method + " " + shortURI(x.URI) + members(x.Request, false, r.mask),
		Detail: strings.TrimRight(x.Method+" "+x.URI+"\n"+indentJSON(x.Request, r.mask), "\n"),
	}
	if r.octets {
		e.Octets = requestText(server, x)
	}
	r.Add(e)
}

// httpAnswer records an answer, and before it the request if that was not recorded.
func (r *Recorder) httpAnswer(client, server string, x *t8.Exchange) {
	if r == nil {
		return
	}
	n := r.forget(x)
	if n == 0 {
		r.httpRequest(client, server, x)
		n = r.forget(x)
	}
	if x.Status == 0 {
		r.Note(client, "no answer: "+reason(x.Err))
		return
	}
	text := statusText(x.Status)
	detail := text + "\n"
	if x.Location != "" {
		text += " Location " + shortURI(x.Location)
		detail += "Location: " + x.Location + "\n"
	}
	e := Event{
		Kind: Answer, Protocol: HTTP, From: server, To: client, Exchange: n, Text: text + members(x.Answer, true, r.mask),
		Failed: x.Status >= 400,
		Detail: strings.TrimRight(detail+indentJSON(x.Answer, r.mask), "\n"),
	}
	if r.octets {
		e.Octets = answerText(x)
	}
	r.Add(e)
}

// forget returns the number of an exchange, for the last time; 0 if it has none.
func (r *Recorder) forget(x *t8.Exchange) int {
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.open[x]
	delete(r.open, x)
	return n
}

// diameter records a message.
func (r *Recorder) diameter(from, to string, m *diameter.Message) {
	if r == nil {
		return
	}
	e := Event{Protocol: Diameter, From: from, To: to}
	if m.App == diameter.AppBase {
		e.Protocol = Base
	}
	if !m.IsRequest() {
		e.Kind = Answer
	}
	e.Text, e.Detail, e.Failed = describe(m, r.mask)
	if r.octets {
		e.Octets = m.Append(make([]byte, 0, m.Len()))
	}
	r.Add(e)
}

// radio records what goes between a node and a UE; failed, if not empty, says why it does not arrive.
func (r *Recorder) radio(from, to, text, failed string) {
	if r == nil {
		return
	}
	if failed != "" {
		text = fmt.Sprintf("%s (%s)", text, failed)
	}
	r.Add(Event{Protocol: RadioLeg, From: from, To: to, Text: text, Failed: failed != ""})
}
