package chaos

import (
	"bytes"
	"context"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// TestTrial puts the test itself on trial: what breaks a promise is found out, within few plans. Broken is something beside
// the Procedure, so that no other build of it is needed.
func TestTrial(t *testing.T) {
	for _, c := range []struct {
		name string
		make func() tricks
		want string // part of a violation
	}{
		{"a stored delivery is forgotten", func() tricks {
			return tricks{onStore: losing("nidd/d/", put)}
		}, "is lost"},
		{"a cancelled delivery is kept", func() tricks {
			return tricks{onHandler: pretending(http.MethodDelete)}
		}, "was cancelled and received"},
		{"a delivery is not replaced", func() tricks {
			return tricks{onHandler: pretending(http.MethodPut)}
		}, "was replaced and received"},
		{"a configuration is forgotten", func() tricks {
			return tricks{onStore: losing("nidd/c/", put)}
		}, "/configurations/"},
		{"an outcome stays for ever", func() tricks {
			return tricks{onStore: losing("nidd/o/", del)}
		}, "left in the store"},
		{"the youngest goes first", func() tricks {
			return tricks{onStore: func(s store.Store) store.Store { return &trickStore{Store: s, backwards: "nidd/d/"} }}
		}, "is sent before"},
		{"a TDR is sent twice", func() tricks {
			return tricks{onTransport: func(d diameter.Transport) diameter.Transport { return twice{d} }}
		}, "was received twice"},
		{"a notification is not enqueued", func() tricks {
			return tricks{onOutbox: func(o t8.Enqueuer) t8.Enqueuer { return &forgetful{Enqueuer: o} }}
		}, "no outcome"},
		{"a notification is taken for sent", func() tricks {
			return tricks{onSender: func(s t8.Sender) t8.Sender { return silent{} }}
		}, "nobody was told"},
		{"a notification is sent twice", func() tricks {
			return tricks{onSender: func(s t8.Sender) t8.Sender { return again{s} }}
		}, "was told twice"},
		{"a notification goes astray", func() tricks {
			return tricks{onSender: func(s t8.Sender) t8.Sender { return astray{s} }}
		}, "is told of"},
		{"uplink data is not posted", func() tricks {
			return tricks{onUplink: func(s t8.Sender) t8.Sender { return silent{} }}
		}, "was acknowledged and not posted"},
		{"uplink data is posted to another", func() tricks {
			return tricks{onUplink: func(s t8.Sender) t8.Sender { return astray{s} }}
		}, "got what was for"},
		{"a goroutine is left", func() tricks {
			return tricks{onOutbox: func(o t8.Enqueuer) t8.Enqueuer {
				go func() { select {} }()
				return o
			}}
		}, "blocked goroutines remain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			const most = 300
			for seed := range most {
				if err := play(t, plans.Example(seed), c.make()); err != nil && strings.Contains(err.Error(), c.want) {
					t.Logf("found by plan %d", seed+1)
					return
				}
			}
			t.Errorf("not found by %d plans", most)
		})
	}
}

// change is what a transaction does to a key.
type change uint8

const (
	put change = iota // of a new key
	del
)

// losing makes a store that ignores each third change of a kind below a prefix.
func losing(prefix string, what change) func(store.Store) store.Store {
	return func(s store.Store) store.Store { return &trickStore{Store: s, prefix: []byte(prefix), what: what} }
}

type trickStore struct {
	store.Store
	prefix    []byte
	what      change
	backwards string // what is below it is scanned in the wrong order
	n         atomic.Int64
}

func (s *trickStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error { return fn(trickTx{tx, s}) })
}

func (s *trickStore) loses(key []byte, what change) bool {
	return s.prefix != nil && s.what == what && bytes.HasPrefix(key, s.prefix) && s.n.Add(1)%3 == 0
}

type trickTx struct {
	store.Tx
	s *trickStore
}

func (t trickTx) Put(key, value []byte) error {
	old, err := t.Get(key)
	if err != nil || old == nil && t.s.loses(key, put) {
		return err
	}
	return t.Tx.Put(key, value)
}

func (t trickTx) Delete(key []byte) error {
	if t.s.loses(key, del) {
		return nil
	}
	return t.Tx.Delete(key)
}

func (t trickTx) Scan(from, to []byte, reverse bool) iter.Seq2[store.Pair, error] {
	if b := t.s.backwards; b != "" && strings.HasPrefix(string(from), b) {
		reverse = !reverse
	}
	return t.Tx.Scan(from, to, reverse)
}

// pretending answers a method on deliveries with success and does nothing.
func pretending(method string) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == method && strings.Contains(r.URL.Path, "/downlink-data-deliveries/") {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			h.ServeHTTP(w, r)
		})
	}
}

// twice sends each TDR again as another request.
type twice struct{ diameter.Transport }

func (t twice) Do(ctx context.Context, to diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	ans, err := t.Transport.Do(ctx, to, req)
	if err == nil && tdr(req) != nil {
		other := *req
		other.EndToEnd = diameter.NextEndToEnd()
		return t.Transport.Do(ctx, to, &other)
	}
	return ans, err
}

// forgetful loses each third notification.
type forgetful struct {
	t8.Enqueuer
	n atomic.Int64
}

func (f *forgetful) Enqueue(tx store.Tx, subscription, destination string, body []byte) error {
	if f.n.Add(1)%3 == 0 {
		return nil
	}
	return f.Enqueuer.Enqueue(tx, subscription, destination, body)
}

// silent sends nothing.
type silent struct{}

func (silent) Notify(context.Context, string, any) error { return nil }

// again sends everything twice.
type again struct{ to t8.Sender }

func (a again) Notify(ctx context.Context, destination string, body any) error {
	if err := a.to.Notify(ctx, destination, body); err != nil {
		return err
	}
	return a.to.Notify(ctx, destination, body)
}

// astray sends everything to another SCS/AS.
type astray struct{ to t8.Sender }

func (a astray) Notify(ctx context.Context, destination string, body any) error {
	hosts := []string{"//as0.", "//as1."}
	if strings.Contains(destination, hosts[1]) {
		slices.Reverse(hosts)
	}
	return a.to.Notify(ctx, strings.Replace(destination, hosts[0], hosts[1], 1), body)
}
