package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
)

// An application and an AVP that no dictionary knows.
const (
	privateApp     diameter.ApplicationID = 16999999
	privateCommand diameter.CommandCode   = 8399999
	privateAVP     diameter.AVPCode       = 4242
	privateVendor  diameter.VendorID      = 99999
)

// journal notes what happens to a node.
type journal struct {
	t     *testing.T
	mu    sync.Mutex
	lines []string // guarded by mu
}

// newJournal returns a journal that is printed when the test fails.
func newJournal(t *testing.T) *journal {
	j := &journal{t: t}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(strings.Join(j.read(), "\n"))
		}
	})
	return j
}

// trace is for the node.
func (j *journal) trace() *diameter.Trace {
	return &diameter.Trace{
		Message: func(_ diameter.Identity, d diameter.Direction, m *diameter.Message) {
			j.note(d.String() + " " + describe(m))
		},
		PeerState: func(_ diameter.Identity, from, to diameter.PeerState, why error) {
			j.note(fmt.Sprintf("%v to %v: %v", from, to, why))
		},
	}
}

// node is a node of ours with its journal.
type node struct {
	*diameter.Node
	*journal
	self diameter.Identity
}

// startNode starts a node with one application.
func startNode(t *testing.T, host string, opts diameter.Options, app diameter.App) *node {
	t.Helper()
	n := &node{journal: newJournal(t), self: diameter.Identity{Host: host, Realm: "example"}}
	opts.ReconnectMin, opts.ReconnectMax, opts.Trace = 100*time.Millisecond, time.Second, n.trace()
	var err error
	n.Node, err = diameter.NewNode(n.self, []diameter.App{app}, &opts)
	require.NoError(t, err)
	t.Cleanup(func() { _ = n.Close() })
	return n
}

// describe gives a message as "DWR", "CEA 2001", "DPR REBOOTING", or "8399999 T".
func describe(m *diameter.Message) string {
	names := map[diameter.CommandCode]string{diameter.CodeCER: "CE", diameter.CodeDWR: "DW", diameter.CodeDPR: "DP"}
	name := names[m.Command]
	switch dpr := new(diameter.DPR); {
	case !m.IsRequest():
		r, _ := diameter.ResultOf(m)
		return fmt.Sprintf("%sA %d", name, r.Code)
	case m.Command == diameter.CodeDPR && diameter.Decode(m, dpr) == nil:
		return "DPR " + dpr.DisconnectCause.String()
	case name == "" && m.Flags&diameter.FlagRetransmitted != 0:
		return "request T"
	case name == "":
		return "request"
	}
	return name + "R"
}

func (j *journal) note(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) read() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.lines)
}

// count is how many lines of the journal have the text.
func (j *journal) count(text string) (many int) {
	for _, line := range j.read() {
		if strings.Contains(line, text) {
			many++
		}
	}
	return many
}

// notes waits until the journal has lines with the texts, in that order.
func (j *journal) notes(texts ...string) {
	j.t.Helper()
	require.Eventually(j.t, func() bool {
		left := texts
		for _, line := range j.read() {
			if len(left) > 0 && strings.Contains(line, left[0]) {
				left = left[1:]
			}
		}
		return len(left) == 0
	}, time.Minute, 10*time.Millisecond, "the journal lacks %q", texts)
}

// reaches waits until a peer leads to the destination.
func (n *node) reaches(to diameter.Identity) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Minute)
	defer cancel()
	require.NoError(n.t, n.AwaitPeer(ctx, to, privateApp))
}

// request is one of the private application, with an AVP that must be understood.
func (n *node) request(to diameter.Identity) *diameter.Message {
	b := diameter.AppendString(nil, diameter.AVPSessionID.Code, 0, diameter.AVPMandatory, diameter.NewSessionID(n.self.Host))
	b = diameter.AppendString(b, diameter.AVPOriginHost.Code, 0, diameter.AVPMandatory, n.self.Host)
	b = diameter.AppendString(b, diameter.AVPOriginRealm.Code, 0, diameter.AVPMandatory, n.self.Realm)
	b = diameter.AppendString(b, diameter.AVPDestinationHost.Code, 0, diameter.AVPMandatory, to.Host)
	b = diameter.AppendString(b, diameter.AVPDestinationRealm.Code, 0, diameter.AVPMandatory, to.Realm)
	b = diameter.AppendString(b, privateAVP, privateVendor, diameter.AVPMandatory, "private")
	return &diameter.Message{Flags: diameter.FlagRequest | diameter.FlagProxiable, Command: privateCommand, App: privateApp, AVPs: b}
}
