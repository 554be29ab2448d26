package nidd_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// reliable asks for acknowledgement by the UE.
func reliable(d *t8.NIDDDownlinkDataTransfer) { d.ReliableDataService = true }

// overPorts sends data between applications.
func overPorts(p t8.RDSPort) func(*t8.NIDDDownlinkDataTransfer) {
	return func(d *t8.NIDDDownlinkDataTransfer) { d.RDSPort = &p }
}

// uplinked returns the uplink data that came by the outbox.
func (b *bench) uplinked() (list []string) {
	for _, s := range b.notified("data") {
		d, err := base64.StdEncoding.DecodeString(s)
		require.NoError(b.t, err)
		list = append(list, string(d))
	}
	return list
}

func TestAcknowledgedDownlink(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-08", "T8-4.4.5.3.1-09")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(allFeatures, pair(1, 2)))
		u := withDevice(b)
		b.attachRDS()
		id := b.buffer(cfg, "hello", reliable, overPorts(pair(1, 2)))
		b.sleep(time.Minute)
		require.Equal(t, []string{"hello"}, u.received())
		require.Equal(t, []string{"U 2>1 SET_ACK_MODE", "I 2>1 N(S)=0 N(R)=0 A, 5 octets"}, u.frames)
		require.Equal(t, []string{"SUCCESS_ACKNOWLEDGED"}, b.notified("deliveryStatus"))
		require.Equal(t, []string{t8.NIDDDeliveryURI(root1, as1, cfg, id)}, b.notified("niddDownlinkDataTransfer"))
		require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, id), fault.AlreadyDelivered)

		for i := range 20 {
			b.buffer(cfg, string(rune('a'+i)), reliable, overPorts(pair(1, 2)))
		}
		b.sleep(time.Minute)
		require.Equal(t, "abcdefghijklmnopqrst", strings.Join(u.received()[1:21], ""), "in order")
		b.buffer(cfg, "no ports", reliable)
		b.sleep(time.Minute)
		require.Equal(t, "no ports", u.received()[21])
		require.Len(t, b.notified("deliveryStatus"), 22)
		require.NotContains(t, b.notified("deliveryStatus"), "SUCCESS_UNACKNOWLEDGED")
		require.Zero(t, b.keys("d"))
	})
}

// TestLossyDownlink loses what goes to the UE: the service repeats it.
func TestLossyDownlink(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(""))
		u := withDevice(b)
		b.attachRDS()
		n := 0
		mute := func(rds.Frame) *t6a.TDA {
			n++
			u.mu.Lock()
			defer u.mu.Unlock()
			u.mute = n%2 == 1
			return nil
		}
		u.tda = mute
		for i := range 6 {
			b.buffer(cfg, string(rune('a'+i)), reliable)
		}
		b.sleep(10 * time.Minute)
		require.Equal(t, "abcdef", strings.Join(u.received(), ""))
		for _, s := range b.notified("deliveryStatus") {
			require.Equal(t, "SUCCESS_ACKNOWLEDGED", s)
		}
		require.Len(t, b.notes, 6)
	})
}

// TestSilentDevice exhausts N200.
func TestSilentDevice(t *testing.T) {
	for name, c := range map[string]struct {
		linked bool
		tda    func() (*t6a.TDA, error)
		want   string
	}{
		"never established":   {false, nil, "FAILURE_TIMEOUT"},
		"not acknowledged":    {true, nil, "SUCCESS_UNACKNOWLEDGED"},
		"the node refuses":    {true, func() (*t6a.TDA, error) { return &t6a.TDA{Result: diameter.UnableToComply}, nil }, "FAILURE_NEXT_HOP"},
		"the node is silent":  {true, func() (*t6a.TDA, error) { return noAnswer[t6a.TDR, t6a.TDA](nil) }, "FAILURE_TIMEOUT"},
		"the node refused it": {false, func() (*t6a.TDA, error) { return &t6a.TDA{Result: diameter.UnableToComply}, nil }, "FAILURE_TIMEOUT"},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure(withRDS(""))
				u := withDevice(b)
				b.attachRDS()
				if c.linked {
					b.buffer(cfg, "first", reliable)
					b.sleep(time.Minute)
					require.Len(t, b.notes, 1)
					b.notes = nil
				}
				u.mute = true
				if c.tda != nil {
					b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return c.tda() }
				}
				b.buffer(cfg, "x", reliable)
				b.sleep(10 * time.Minute)
				require.Equal(t, []string{c.want}, b.notified("deliveryStatus"))
				require.Zero(t, b.keys("d"))
				sent := len(b.sent())
				b.sleep(time.Hour)
				require.Len(t, b.sent(), sent, "all is quiet")
			})
		})
	}
}

// TestRDSDisabled checks data for a UE that has no Reliable Data Service though the SCS/AS was told so.
func TestRDSDisabled(t *testing.T) {
	covers(t, "T8-4.4.5.3.1-96", "T8-4.4.5.3.1-97")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(""))
		b.buffer(cfg, "waited", reliable)
		b.buffer(cfg, "waited, not to be acknowledged")
		b.attach()
		b.sleep(time.Minute)
		require.Equal(t, []string{"FAILURE_RDS_DISABLED", "FAILURE_RDS_DISABLED"}, b.notified("deliveryStatus"))
		id := b.buffer(cfg, "attached", reliable, latency(0))
		b.sleep(time.Minute)
		require.Len(t, b.notified("deliveryStatus"), 3)
		require.Equal(t, t8.NIDDDeliveryURI(root1, as1, cfg, id), b.notified("niddDownlinkDataTransfer")[2])
		require.Empty(t, b.sent(), "nothing was sent")
		require.Zero(t, b.keys("d"))

		_, err := b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{ReliableDataService: t8.Set(false)})
		require.NoError(t, err)
		_, err = b.deliver(cfg, "plain")
		require.NoError(t, err)
		require.Equal(t, []string{"plain"}, b.sent(), "the SCS/AS does without")
	})
}

func TestUnacknowledgedDownlink(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS("", pair(1, 2)))
		u := withDevice(b)
		b.attachRDS()
		for i := range 3 {
			d, err := b.deliver(cfg, string(rune('a'+i)), overPorts(pair(1, 2)))
			require.NoError(t, err)
			require.Equal(t, t8.DeliverySuccessNextHopUnacknowledged, d.DeliveryStatus)
			b.sleep(time.Second)
		}
		b.restart()
		_, err := b.deliver(cfg, "d", overPorts(pair(1, 2)))
		require.NoError(t, err)
		b.sleep(time.Second)
		require.Equal(t, []string{
			"UI 2>1 N(U)=0, 1 octets", "UI 2>1 N(U)=1, 1 octets", "UI 2>1 N(U)=2, 1 octets", "UI 2>1 N(U)=3, 1 octets",
		}, u.frames, "the numbers go on after a restart")
		require.Equal(t, "abcd", strings.Join(u.received(), ""))

		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(cfg, "e", overPorts(pair(1, 2)))
		b.mme = u.take
		b.wake()
		b.sleep(time.Second)
		require.Equal(t, "abcde", strings.Join(u.received(), ""))
		require.Equal(t, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}, b.notified("deliveryStatus"))
	})
}

// TestSleepingDevice checks that acknowledged data for a UE that sleeps waits where it can be cancelled, and that T200
// does not count meanwhile.
func TestSleepingDevice(t *testing.T) {
	for _, linked := range []bool{false, true} {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(allFeatures))
			u := withDevice(b)
			b.attachRDS()
			want := ""
			if linked {
				b.buffer(cfg, "0", reliable)
				b.sleep(time.Minute)
				want = "0"
			}
			b.notes = nil
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			first := b.buffer(cfg, "1", reliable)
			b.sleep(time.Second)
			gone := b.buffer(cfg, "2", reliable)
			b.sleep(time.Second)
			for _, id := range []string{first, gone} {
				d, err := b.p.Delivery(t.Context(), as1, cfg, id)
				require.NoError(t, err)
				require.Equal(t, t8.DeliveryBufferingTemporarilyUnreachable, d.DeliveryStatus)
			}
			require.NoError(t, b.p.CancelDelivery(t.Context(), as1, cfg, gone))
			d, err := b.p.ReplaceDelivery(t.Context(), as1, cfg, first, &t8.NIDDDownlinkDataTransfer{ExternalID: ext1, Data: []byte("3"), ReliableDataService: true})
			require.NoError(t, err)
			require.NotEmpty(t, d.Self)
			sent := len(b.sent())
			b.sleep(3 * time.Hour)
			require.Len(t, b.sent(), sent, "a UE that sleeps is left alone")
			b.restart()
			b.mme = u.take
			b.wake()
			b.sleep(time.Minute)
			require.Equal(t, want+"3", strings.Join(u.received(), ""))
			require.Equal(t, []string{"SUCCESS_ACKNOWLEDGED"}, b.notified("deliveryStatus"))
		})
	}
}

// TestSleepsAfterSending lets the UE fall asleep between the data and its acknowledgement.
func TestSleepsAfterSending(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(allFeatures))
		u := withDevice(b)
		b.attachRDS()
		b.buffer(cfg, "0", reliable)
		b.sleep(time.Minute)
		u.mute = true
		id := b.buffer(cfg, "1", reliable)
		b.sleep(time.Second)
		require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, id), fault.Sending)
		u.tda = func(rds.Frame) *t6a.TDA { return sleeping(time.Time{}) }
		b.sleep(time.Hour)
		sent := len(b.sent())
		b.sleep(time.Hour)
		require.Len(t, b.sent(), sent)
		u.mute, u.tda = false, nil
		b.wake()
		b.sleep(time.Minute)
		require.Equal(t, []string{"0", "1"}, u.received())
		require.Equal(t, []string{"SUCCESS_ACKNOWLEDGED", "SUCCESS_ACKNOWLEDGED"}, b.notified("deliveryStatus"))
	})
	t.Run("for too long", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(allFeatures))
			u := withDevice(b)
			b.attachRDS()
			b.buffer(cfg, "0", reliable)
			b.sleep(time.Minute)
			u.mute = true
			b.buffer(cfg, "1", reliable, latency(time.Hour))
			b.sleep(time.Second)
			b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
			b.sleep(50 * time.Minute)
			require.Len(t, b.notified("deliveryStatus"), 1)
			b.sleep(20 * time.Minute)
			require.Equal(t, "SUCCESS_UNACKNOWLEDGED", b.notified("deliveryStatus")[1])
		})
	})
}

// TestConnectionLostUnderRDS lets the connection go while data is on the link.
func TestConnectionLostUnderRDS(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(""))
		u := withDevice(b)
		b.attachRDS()
		b.buffer(cfg, "0", reliable)
		b.sleep(time.Minute)
		u.mute = true
		b.buffer(cfg, "1", reliable)
		b.sleep(time.Second)
		b.mme = result(diameter.ErrorInvalidEPSBearer)
		b.buffer(cfg, "2", reliable)
		b.sleep(time.Minute)
		require.Equal(t, []string{"SUCCESS_ACKNOWLEDGED", "SUCCESS_UNACKNOWLEDGED"}, b.notified("deliveryStatus"), "nobody knows of the second")
		u = withDevice(b)
		b.attachRDS()
		b.sleep(time.Minute)
		require.Equal(t, []string{"2"}, u.received(), "what was not sent goes over the new connection")
		require.Equal(t, "SUCCESS_ACKNOWLEDGED", b.notified("deliveryStatus")[2])
	})
}

// TestRDSWithoutRoute loses the way to the serving node for a while.
func TestRDSWithoutRoute(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(""))
		u := withDevice(b)
		b.attachRDS()
		b.mme = noPeer
		b.buffer(cfg, "1", reliable)
		b.buffer(cfg, "2", reliable)
		b.sleep(time.Minute)
		b.mme = u.take
		b.sleep(time.Minute)
		require.Equal(t, []string{"1", "2"}, u.received())
		require.Equal(t, []string{"SUCCESS_ACKNOWLEDGED", "SUCCESS_ACKNOWLEDGED"}, b.notified("deliveryStatus"))
	})
}

// crashAt runs fn on a store that fails from the given commit on, and starts the next process.
func (b *bench) crashAt(commit int, fn func()) {
	b.close()
	time.Sleep(time.Millisecond) // the order of notifications rests on a clock that goes on
	memory := b.store
	b.store, b.silent = &power{Store: memory, left: commit}, true // an outbox that is cut off may tell something twice
	b.start()
	fn()
	b.close()
	b.store, b.silent = memory, false
	time.Sleep(time.Millisecond)
	b.start()
}

// TestRDSAfterCrash throws the Procedure away at each commit in turn while data goes both ways: nothing gets lost, and
// nothing comes twice.
func TestRDSAfterCrash(t *testing.T) {
	for at := range 30 {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS("", pair(1, 2)))
			u := withDevice(b)
			b.attachRDS()
			link := rds.PortPair(1, 2)
			down := 0
			b.crashAt(at, func() {
				for i := range 3 {
					if _, err := b.deliver(cfg, string(rune('a'+i)), reliable, overPorts(pair(1, 2))); err == nil {
						down++
					}
					u.send(link, string(rune('x'+i)), true)
				}
				b.sleep(time.Second)
			})
			for range 10 { // T200 of the device
				b.sleep(10 * time.Second)
				u.tick(link)
			}
			b.sleep(5 * time.Minute)
			require.Equal(t, "xyz", strings.Join(b.uplinked(), ""), "at commit %d: %v", at, u.frames)
			require.Len(t, b.notified("niddDownlinkDataTransfer"), down, "at commit %d", at)
			for _, s := range b.notified("deliveryStatus") {
				require.Equal(t, "SUCCESS_ACKNOWLEDGED", s, "at commit %d", at)
			}
			require.Equal(t, "abc"[:down], strings.Join(u.received(), ""), "at commit %d", at)
			require.Zero(t, b.keys("d"))
		})
	}
}

func TestUplinkUI(t *testing.T) {
	covers(t, "T8-4.4.5.4-08", "T8-4.4.5.4-09", "T8-4.4.5.4-10")
	run(t, func(t *testing.T, b *bench) {
		b.configure(withRDS("", pair(1, 2)))
		u := withDevice(b)
		b.attachRDS()
		require.Equal(t, diameter.Success, u.send(rds.PortPair(1, 2), "up", false))
		require.Equal(t, diameter.Success, u.send(rds.Ports{}, "no ports", false))
		require.Len(t, b.posts, 2)
		require.Equal(t, "up", string(b.posts[0].Data), "without the header")
		require.Equal(t, &t8.RDSPort{PortUE: 1, PortSCEF: 2}, b.posts[0].RDSPort)
		require.False(t, b.posts[0].ReliableDataService)
		require.Nil(t, b.posts[1].RDSPort)

		b.post = func(context.Context, *t8.NIDDUplinkDataNotification) error { return errors.New("down") }
		again := u.step(rds.PortPair(1, 2), rds.Event{Kind: rds.SubmitUnacknowledged, Data: []byte("again")})
		require.Equal(t, diameter.TooBusy, u.say(again))
		b.post = nil
		require.Equal(t, diameter.Success, u.say(again), "it was not taken before")
		require.Equal(t, diameter.Success, u.say(again))
		b.restart()
		require.Equal(t, diameter.Success, u.say(again))
		require.Len(t, b.posts, 4, "a copy is recognised")

		require.Equal(t, diameter.UnableToDeliver, u.say([][]byte{{0x80, 1, 2}}), "no frame")
		require.Equal(t, diameter.UnableToDeliver, u.say([][]byte{append([]byte{0x18, 0}, make([]byte, 1357)...)}), "more than the link MTU")

		u.send(rds.PortPair(1, 2), "acknowledged", true)
		b.sleep(time.Second)
		require.Equal(t, []string{"acknowledged"}, b.uplinked())
		n := b.notes[len(b.notes)-1].body
		require.Equal(t, true, n["reliableDataService"])
		require.Equal(t, map[string]any{"portUE": 1.0, "portSCEF": 2.0}, n["rdsPort"])
		s := u.links[rds.PortPair(1, 2)]
		sent, waiting := s.Pending()
		require.Zero(t, sent+waiting, "acknowledged by a TDR")
	})
}

func TestUplinkPorts(t *testing.T) {
	t.Run("verified", func(t *testing.T) {
		covers(t, "T8-4.4.5.5-18", "T8-4.4.5.5-19", "T8-4.4.5.5-20")
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(rdsVerifies, pair(1, 2)))
			u := withDevice(b)
			b.attachRDS()
			require.Equal(t, diameter.Success, u.send(rds.PortPair(1, 2), "ok", false))
			require.Equal(t, diameter.UnableToDeliver, u.send(rds.PortPair(2, 1), "bad", false))
			require.Len(t, b.posts, 1)
			require.Equal(t, []string{"RDS_PORT_UNKNOWN"}, b.notified("status"))
			require.Equal(t, map[string]any{
				"niddConfiguration": t8.NIDDConfigurationURI(root1, as1, cfg), "externalId": string(ext1), "status": "RDS_PORT_UNKNOWN",
				"rdsPort": map[string]any{"portUE": 2.0, "portSCEF": 1.0},
			}, b.notes[0].body)

			u.send(rds.PortPair(3, 3), "bad", true)
			b.sleep(time.Minute)
			require.Len(t, b.notified("status"), 2)
			require.Equal(t, map[string]any{"portUE": 3.0, "portSCEF": 3.0}, b.notes[1].body["rdsPort"])
			require.Empty(t, b.uplinked())
			s := u.links[rds.PortPair(3, 3)]
			sent, _ := s.Pending()
			require.Equal(t, 1, sent, "not acknowledged")
		})
	})
	t.Run("not verified", func(t *testing.T) {
		covers(t, "T8-4.4.5.5-23")
		run(t, func(t *testing.T, b *bench) {
			b.configure(withRDS("", pair(1, 2)))
			u := withDevice(b)
			b.attachRDS()
			require.Equal(t, diameter.Success, u.send(rds.PortPair(7, 8), "x", false))
			require.Len(t, b.posts, 1)
			require.Empty(t, b.notified("status"))
		})
	})
}

// TestRouting tells the SCS/ASs of one PDN connection apart by the SCEF ports of frames.
func TestRouting(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		first := b.configure(withRDS("", pair(1, 1)))
		other, err := b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{
			ExternalID: ext1, NotificationDestination: "https://as2.example/", RDSPorts: []t8.RDSPort{pair(1, 2)}, SupportedFeatures: rdsVerifies,
		})
		require.NoError(t, err)
		u := withDevice(b)
		b.attachRDS()
		for _, acked := range []bool{false, true} {
			u.send(rds.PortPair(1, 1), "to as1", acked)
			u.send(rds.PortPair(1, 2), "to as2", acked)
			b.sleep(time.Second)
		}
		require.Len(t, b.posts, 2)
		require.Equal(t, t8.NIDDConfigurationURI(root1, as1, first), b.posts[0].NIDDConfiguration)
		require.Equal(t, other.Self, b.posts[1].NIDDConfiguration)
		require.ElementsMatch(t, []string{t8.NIDDConfigurationURI(root1, as1, first), other.Self}, b.notified("niddConfiguration"))
		for _, n := range b.notes {
			require.Equal(t, n.body["niddConfiguration"] == other.Self, n.to == "https://as2.example/")
		}
		b.notes = nil
		require.Equal(t, diameter.UnableToDeliver, u.send(rds.PortPair(5, 2), "as2 has not this one", false))
		require.Equal(t, diameter.UnableToDeliver, u.send(rds.PortPair(1, 3), "nobody has it", false))
		require.Equal(t, diameter.UnableToDeliver, u.send(rds.Ports{}, "for whom?", false))
		require.Equal(t, []string{"RDS_PORT_UNKNOWN", "RDS_PORT_UNKNOWN"}, b.notified("status"), "to the one that wants to know")
		require.Equal(t, []string{other.Self, other.Self}, b.notified("niddConfiguration"))
		require.Len(t, b.posts, 2)

		_, err = b.deliver(first, "down", overPorts(pair(1, 1)))
		require.NoError(t, err)
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, first))
		synctest.Wait()
		require.Equal(t, diameter.Success, u.send(rds.PortPair(1, 2), "the other goes on", false))
	})
}

// TestRDSInACluster lets two nodes take the frames of a UE in turn: the link is in the store.
func TestRDSInACluster(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		cfg := a.configure(withRDS("", pair(1, 2)))
		u := withDevice(a)
		b.mme, u.alternate = u.take, b
		b.attachRDS()
		link := rds.PortPair(1, 2)
		for i := range 10 {
			from := a
			if i%2 == 1 {
				from = b
			}
			from.buffer(cfg, string(rune('a'+i)), reliable, overPorts(pair(1, 2)))
			u.send(link, string(rune('a'+i)), true)
			a.sleep(100 * time.Millisecond)
		}
		a.sleep(5 * time.Minute)
		require.Equal(t, "abcdefghij", strings.Join(u.received(), ""))
		up := map[string]bool{}
		for _, s := range append(a.uplinked(), b.uplinked()...) {
			require.False(t, up[s], "%s came twice", s)
			up[s] = true
		}
		require.Len(t, up, 10)
		status := append(a.notified("deliveryStatus"), b.notified("deliveryStatus")...)
		require.Len(t, status, 10)
		require.NotContains(t, status, "SUCCESS_UNACKNOWLEDGED")
	})
}

// secret is a codec with a layout of its own.
type secret struct{ rds.DefaultCodec }

func (c secret) Append(dst []byte, f *rds.Frame) ([]byte, error) {
	return c.DefaultCodec.Append(append(dst, "secret"...), f)
}

func (c secret) Parse(b []byte) (rds.Frame, error) {
	b, ok := bytes.CutPrefix(b, []byte("secret"))
	if !ok {
		return rds.Frame{}, rds.ErrNotRDS
	}
	return c.DefaultCodec.Parse(b)
}

// TestCodecOfAVendor swaps the layout of frames.
func TestCodecOfAVendor(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.opts.RDS.Codec = secret{}
		b.restart()
		cfg := b.configure(withRDS(""))
		b.asks(diameter.Success, cmr(establish, asksRDS))
		_, err := b.deliver(cfg, "x")
		require.NoError(t, err)
		f, err := secret{}.Parse([]byte(b.sent()[0]))
		require.NoError(t, err)
		require.Equal(t, "x", string(f.Info))
		b.asks(diameter.UnableToDeliver, odr("\x18\x00plain layout"))
		b.asks(diameter.Success, odr("secret\x18\x00up"))
		require.Equal(t, "up", string(b.posts[0].Data))
	})
}

// TestChargedFrames charges each frame as a PDU of its connection, and of the configuration that its ports lead to.
func TestChargedFrames(t *testing.T) {
	runCharged(t, func(t *testing.T, b *bench, l *ledger) {
		b.configure(withRDS("", pair(1, 1)))
		other, err := b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{
			ExternalID: ext1, NotificationDestination: dest1, RDSPorts: []t8.RDSPort{pair(1, 2)},
		})
		require.NoError(t, err)
		_, otherID, _ := t8.ParseNIDDConfigurationURI(other.Self)
		u := withDevice(b)
		b.attachRDS()
		l.take()
		_, err = b.p.CreateDelivery(t.Context(), "as2", otherID, &t8.NIDDDownlinkDataTransfer{
			ExternalID: ext1, Data: []byte("x"), ReliableDataService: true, RDSPort: new(pair(1, 2)),
		})
		require.NoError(t, err)
		b.sleep(time.Second)
		u.send(rds.PortPair(1, 2), "up", false)
		_, pdus := l.take()
		require.Len(t, pdus, 5, "SET_ACK_MODE and its response, the data and its acknowledgement, data of the UE")
		for _, p := range pdus {
			require.Equal(t, diameter.Success, p.Result)
			require.EqualValues(t, apn1, p.APN)
			require.NotZero(t, p.ChargingID)
			require.NotZero(t, p.Octets)
		}
		require.False(t, pdus[0].Uplink)
		require.EqualValues(t, "as2", pdus[0].SCSAS)
		require.EqualValues(t, "as2", pdus[4].SCSAS)
		require.Equal(t, 5, pdus[4].Octets, "with its header")
	})
}

// TestResetUnderWay lets the UE start its link anew while data is on its way: nobody knows what became of it, so it is
// not sent again.
func TestResetUnderWay(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(""))
		u := withDevice(b)
		b.attachRDS()
		b.buffer(cfg, "0", reliable)
		b.sleep(time.Minute)
		goOn := make(chan struct{})
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			<-goOn
			return nil, nil
		}
		b.buffer(cfg, "1", reliable)
		b.sleep(time.Second)
		reset, err := rds.DefaultCodec{}.Append(nil, &rds.Frame{Kind: rds.U, Function: rds.SetAckMode})
		require.NoError(t, err)
		require.Equal(t, diameter.Success, u.say([][]byte{reset}))
		require.Equal(t, "FAILURE_TIMEOUT", b.notified("deliveryStatus")[1])
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return nil, nil }
		close(goOn)
		b.sleep(time.Hour)
		sent := 0
		for _, s := range b.sent() {
			if strings.HasSuffix(s, "1") {
				sent++
			}
		}
		require.Equal(t, 1, sent)
		require.Len(t, b.notified("deliveryStatus"), 2)
	})
}
