package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/t8"
)

// BenchmarkStoredDownlink stores downlink data for UEs without a connection, 128 requests at once: for an SCS/AS without
// a quota, for one that counts what is stored for it, and for one that counts it for the APN as well. One operation is one
// delivery, durable.
func BenchmarkStoredDownlink(b *testing.B) {
	const ues, workers = 2000, 128
	quota := policy.Quota{Stored: 1 << 30, StoredOctets: 1 << 40}
	profiles, err := policy.NewNIDDSet(
		policy.NIDDByID{"free": {APN: "free.example"}, "as": {APN: "as.example", Quota: quota}, "both": {APN: "both.example", Quota: quota}},
		map[id.APN]policy.APN{"both.example": {Quota: quota}})
	check(b, err)
	p, err := nidd.New(nidd.Deps{
		Self: diameter.Identity{Host: scefHost, Realm: realm}, APIRoot: "http://127.0.0.1:8080", Store: openStore(b), Transport: grants{},
		Notifier: t8.NewNotifier(nil), Outbox: t8.NewOutbox([]byte("outbox/"), t8.NewNotifier(nil), nil), Profiles: profiles,
	}, nil)
	check(b, err)
	defer p.Close()
	each := func(n int, fn func(i int) error) {
		left := atomic.Int64{}
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for i := left.Add(1); i <= int64(n); i = left.Add(1) {
					if err := fn(int(i - 1)); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
	}
	var configs [3][ues]string
	who := [3]id.SCSASID{"free", "as", "both"}
	ue := func(k, i int) id.ExternalID { return externalIDOf(k*ues + i) }
	for k, scsas := range who {
		each(ues, func(i int) error {
			got, err := p.CreateConfiguration(context.Background(), scsas, &t8.NIDDConfiguration{ExternalID: ue(k, i), NotificationDestination: "http://127.0.0.1:9/n"})
			if err == nil {
				_, configs[k][i], _ = t8.ParseNIDDConfigurationURI(got.Self)
			}
			return err
		})
	}
	for range *rounds {
		for k, scsas := range who {
			b.Run(string(scsas), func(b *testing.B) {
				each(b.N, func(n int) error {
					i := n % ues
					_, err := p.CreateDelivery(context.Background(), scsas, configs[k][i], &t8.NIDDDownlinkDataTransfer{ExternalID: ue(k, i), Data: make([]byte, 64)})
					return err
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deliveries/s")
			})
		}
	}
}
