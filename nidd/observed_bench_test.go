package nidd_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/charging"
	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/metrics"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// granting is an HSS that authorises UE 1.
type granting struct{}

func (granting) Do(_ context.Context, _ diameter.Identity, req *diameter.Message) (*diameter.Message, error) {
	a := grant(time.Time{})
	a.SessionID, a.OriginHost, a.OriginRealm = "scef.example;1;1", hssID.Host, hssID.Realm
	return a.Answer(req)
}

// takesAll is an SCS/AS that takes every notification.
type takesAll struct{}

func (takesAll) Notify(context.Context, string, any) error { return nil }

// BenchmarkObserved is uplink data through the procedure, without network and disk, alone and with counters and charging
// records.
func BenchmarkObserved(b *testing.B) {
	for name, observe := range map[string]func(*nidd.Options, *charging.Writer){
		"alone":    func(*nidd.Options, *charging.Writer) {},
		"counters": func(o *nidd.Options, _ *charging.Writer) { o.Trace = metrics.New(nil).NIDD() },
		"both": func(o *nidd.Options, w *charging.Writer) {
			o.Trace, o.Charging = metrics.New(nil).NIDD(), w
		},
	} {
		b.Run(name, func(b *testing.B) {
			w, err := charging.Open(b.TempDir(), &charging.Options{Queue: 1 << 20})
			require.NoError(b, err)
			defer func() { require.NoError(b, w.Close()) }()
			o := &nidd.Options{}
			observe(o, w)
			p, err := nidd.New(nidd.Deps{
				Self: scefID, APIRoot: root1, Store: store.NewMemory(), Transport: granting{}, Notifier: takesAll{},
				Outbox: t8.NewOutbox([]byte("outbox/"), takesAll{}, nil), Profiles: policy.NIDDByID{as1: {APN: apn1}},
			}, o)
			require.NoError(b, err)
			defer p.Close()
			_, err = p.CreateConfiguration(b.Context(), as1, &t8.NIDDConfiguration{ExternalID: ext1, NotificationDestination: dest1})
			require.NoError(b, err)
			tell := func(req *diameter.Message) {
				ans, _ := p.T6a().HandleDiameter(b.Context(), mmeID, req)
				if r, err := diameter.ResultOf(ans); err != nil || r != diameter.Success {
					b.Fatal(r, err)
				}
			}
			req, err := diameter.NewRequest(cmr(t6a.ConnectionActionEstablishment))
			require.NoError(b, err)
			tell(req)
			req, err = diameter.NewRequest(odr(strings.Repeat("u", 64)))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				tell(req)
			}
			b.StopTimer()
			b.ReportMetric(float64(w.Stats().Dropped)/float64(b.N), "dropped/op")
		})
	}
}
