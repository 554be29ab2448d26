package diameter

import (
	"context"
)

// Mux is the [Handler] of one application: it hands a request to the handler of its command and answers others with
// COMMAND_UNSUPPORTED (3001, RFC 6733 §7.1.3). Fill it before it is used; after that it is safe for concurrent use.
type Mux struct {
	Self     Identity // what stands in the answers as Origin-Host and Origin-Realm
	Commands map[CommandCode]Handler
}

// HandleDiameter implements [Handler].
func (m *Mux) HandleDiameter(ctx context.Context, from Identity, req *Message) (*Message, func()) {
	if h := m.Commands[req.Command]; h != nil {
		return h.HandleDiameter(ctx, from, req)
	}
	return ErrorAnswer(req, m.Self, CommandUnsupported, "", nil), nil
}
