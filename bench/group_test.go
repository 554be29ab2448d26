package bench

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/scefkit/scefkit/t8"
)

const groupUEs = 8192

// BenchmarkGroupDelivery measures a POST for a group until its results are told, beside POSTs for single UEs that become a
// TDR each. The UEs are the same.
func BenchmarkGroupDelivery(b *testing.B) {
	for _, conns := range []int{1, 4} {
		b.Run(fmt.Sprintf("conns=%d", conns), func(b *testing.B) {
			results, told := listenResults(b)
			ours, _, ids := startSCEFWith(b, listenAS(b), conns, groupUEs)
			api := clientOf(b, ours.T8).NIDD()
			group, err := api.CreateConfiguration(b.Context(), scsas, &t8.NIDDConfiguration{
				ExternalGroupID: everybody, NotificationDestination: results,
				SupportedFeatures: t8.FeatureSet(t8.FeatureGroupMessageDelivery),
			})
			check(b, err)
			var requests [][]byte
			for ue, configID := range ids {
				requests = append(requests, downlinkRequest(ours.T8, configID, ue))
			}
			pick := func(conn, k int) []byte { return requests[(conn+k*outstanding)%groupUEs] }
			one := func() (*load, error) { return downlink(ours.T8, groupUEs, outstanding, pick) }
			all := func() {
				_, err := api.CreateDelivery(b.Context(), scsas, group.Self, &t8.NIDDDownlinkDataTransfer{ExternalGroupID: everybody, Data: payload})
				check(b, err)
				select {
				case n := <-told:
					if n != groupUEs {
						b.Fatalf("%d of %d UEs got the data", n, groupUEs)
					}
				case <-time.After(time.Minute):
					b.Fatal("no results")
				}
			}
			for b.Loop() { // it ends after the first turn, which takes longer than any -benchtime
				_, err := one()
				check(b, err)
				all()
				var single, toGroup, share, cpu, commits []float64
				for range *rounds {
					begin := time.Now()
					_, err := one()
					check(b, err)
					single = append(single, groupUEs/time.Since(begin).Seconds())
					before := ours.ask("usage")
					begin = time.Now()
					all()
					toGroup = append(toGroup, groupUEs/time.Since(begin).Seconds())
					after := ours.ask("usage")
					cpu = append(cpu, float64(after.CPU-before.CPU)/groupUEs/1000)
					commits = append(commits, float64(after.Commits-before.Commits))
					share = append(share, 100*toGroup[len(toGroup)-1]/single[len(single)-1])
				}
				b.ReportMetric(0, "ns/op") // of the whole comparison: it says nothing
				b.ReportMetric(median(single), "single-TDR/s")
				b.ReportMetric(median(toGroup), "group-TDR/s")
				b.ReportMetric(median(share), "%-of-single")
				b.ReportMetric(median(cpu), "group-us/TDR")
				b.ReportMetric(median(commits), "commits")
			}
		})
	}
}

// listenResults runs an application server that tells how many UEs got the data of each group delivery.
func listenResults(b *testing.B) (uri string, told <-chan int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(b, err)
	results := make(chan int, 1)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		results <- bytes.Count(body, []byte(`"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"`))
		w.WriteHeader(http.StatusNoContent)
	})}
	b.Cleanup(func() { s.Close() })
	go s.Serve(l)
	return "http://" + l.Addr().String() + "/group", results
}
