package chaos

import (
	"net/http"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// tricks break a process on purpose, to show that the test would find it. The zero tricks break nothing.
type tricks struct {
	onStore     func(store.Store) store.Store
	onTransport func(diameter.Transport) diameter.Transport
	onSender    func(t8.Sender) t8.Sender // of the outbox
	onUplink    func(t8.Sender) t8.Sender
	onOutbox    func(t8.Enqueuer) t8.Enqueuer
	onHandler   func(http.Handler) http.Handler
}

func (t tricks) store(s store.Store) store.Store                   { return apply(t.onStore, s) }
func (t tricks) transport(s diameter.Transport) diameter.Transport { return apply(t.onTransport, s) }
func (t tricks) sender(s t8.Sender) t8.Sender                      { return apply(t.onSender, s) }
func (t tricks) uplink(s t8.Sender) t8.Sender                      { return apply(t.onUplink, s) }
func (t tricks) handler(h http.Handler) http.Handler               { return apply(t.onHandler, h) }
func (t tricks) outbox(s t8.Enqueuer) t8.Enqueuer                  { return apply(t.onOutbox, s) }

func apply[T any](trick func(T) T, v T) T {
	if trick == nil {
		return v
	}
	return trick(v)
}
