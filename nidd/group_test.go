package nidd_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/diameter/tgpp"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/nidd"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

const group1 = id.ExternalGroupID("meters@example.com")

// withGroups are allFeatures and GroupMessageDelivery.
const withGroups = t8.Features("109")

func groupIMSI(i int) string { return fmt.Sprintf("00101%010d", i) }

func groupExt(i int) string { return fmt.Sprintf("meter%d@example.com", i) }

// members are those with the given numbers. Number 7 has no External Identifier, but an MSISDN.
func members(numbers ...int) []s6t.GroupUserIdentifier {
	list := make([]s6t.GroupUserIdentifier, len(numbers))
	for k, i := range numbers {
		list[k] = s6t.GroupUserIdentifier{UserName: groupIMSI(i), ExternalIdentifier: groupExt(i)}
		if i == 7 {
			list[k].ExternalIdentifier = ""
			list[k].MSISDN, _ = tgpp.AppendTBCD(nil, "15550007")
		}
	}
	return list
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list
}

// names lets the HSS name the members of the group, so many in a message.
func (b *bench) names(list []s6t.GroupUserIdentifier, most int) {
	b.hss = func(nir *s6t.NIR) (*s6t.NIA, error) {
		if t := nir.UserIdentifier.TypeOfExternalIdentifier; t == nil || *t != s6t.TypeOfExternalIdentifierExternalGroupIdentifierType {
			return nil, nil
		}
		n := min(most, len(list))
		nia := &s6t.NIA{Result: diameter.Success, GroupUserIdentifier: list[:n], NIDDAuthorizationResponse: &s6t.NIDDAuthorizationResponse{
			GrantedValidityTime: nir.NIDDAuthorizationRequest.RequestedValidityTime,
		}}
		if n < len(list) {
			nia.NIAFlags = new(s6t.NIAFlagIncompleteGroupUserIdentifierList)
			go b.tellRest(b.p.S6t(), list[n:], most)
		}
		return nia, nil
	}
}

// tellRest sends the rest of a list, as long as it is taken.
func (b *bench) tellRest(to diameter.Handler, list []s6t.GroupUserIdentifier, most int) {
	for len(list) > 0 {
		n := min(most, len(list))
		nir := groupNIR(list[:n])
		if list = list[n:]; len(list) > 0 {
			nir.NIRFlags = new(s6t.NIRFlagIncompleteGroupUserIdentifierList)
		}
		time.Sleep(time.Second)
		req, err := diameter.NewRequest(nir)
		require.NoError(b.t, err)
		if r, err := diameter.ResultOf(b.askRaw(to, req)); err != nil || !r.IsSuccess() {
			return
		}
	}
}

func groupNIR(list []s6t.GroupUserIdentifier) *s6t.NIR {
	return &s6t.NIR{
		SessionID: "hss.example;1;9", OriginHost: hssID.Host, OriginRealm: hssID.Realm, DestinationRealm: scefID.Realm,
		UserIdentifier: s6t.UserIdentifier{
			ExternalIdentifier:       string(group1),
			TypeOfExternalIdentifier: new(s6t.TypeOfExternalIdentifierExternalGroupIdentifierType),
		},
		GroupUserIdentifier: list,
	}
}

// nir sends a request of the HSS.
func (b *bench) nir(want diameter.Result, nir *s6t.NIR) {
	b.t.Helper()
	req, err := diameter.NewRequest(nir)
	require.NoError(b.t, err)
	got, err := diameter.ResultOf(b.askRaw(b.p.S6t(), req))
	require.NoError(b.t, err)
	require.Equal(b.t, want.String(), got.String())
}

// regrant is a NIR about the grant of a UE, or of the group when nobody is named.
func (b *bench) regrant(want diameter.Result, until time.Time, ue ...s6t.UserIdentifier) {
	b.t.Helper()
	nir := groupNIR(nil)
	if len(ue) > 0 {
		nir.UserIdentifier = ue[0]
	}
	nir.NIDDAuthorizationUpdate = &s6t.NIDDAuthorizationUpdate{APNValidityTime: []s6t.APNValidityTime{
		{GrantedValidityTime: until, ServiceSelection: apn1},
	}}
	b.nir(want, nir)
	synctest.Wait()
}

// configureGroup creates a configuration for the group and returns its id.
func (b *bench) configureGroup(change ...func(*t8.NIDDConfiguration)) string {
	b.t.Helper()
	return b.configure(append([]func(*t8.NIDDConfiguration){func(c *t8.NIDDConfiguration) {
		c.ExternalID, c.ExternalGroupID, c.SupportedFeatures = "", group1, withGroups
	}}, change...)...)
}

func ofUE(i int) func(*t6a.CMR) {
	return func(c *t6a.CMR) { c.UserIdentifier.UserName = groupIMSI(i) }
}

func (b *bench) attachUE(numbers ...int) {
	b.t.Helper()
	for _, i := range numbers {
		b.asks(diameter.Success, cmr(t6a.ConnectionActionEstablishment, ofUE(i)))
	}
}

func odrOf(i int) *t6a.ODR {
	return odr("up", func(c *t6a.ODR) { c.UserIdentifier.UserName = groupIMSI(i) })
}

// deliverGroup posts data for the group.
func (b *bench) deliverGroup(cfg, data string, change ...func(*t8.NIDDDownlinkDataTransfer)) (*t8.NIDDDownlinkDataTransfer, error) {
	d, err := b.deliver(cfg, data, append([]func(*t8.NIDDDownlinkDataTransfer){func(d *t8.NIDDDownlinkDataTransfer) {
		d.ExternalID, d.ExternalGroupID = "", group1
	}}, change...)...)
	synctest.Wait()
	return d, err
}

// results returns what the aggregated notifications told, by member.
func (b *bench) results() (all []map[string]string) {
	b.t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.notes {
		list, ok := n.body["gmdResults"].([]any)
		if !ok {
			continue
		}
		one := map[string]string{}
		for _, x := range list {
			m := x.(map[string]any)
			name, _ := m["externalId"].(string)
			if name == "" {
				name = m["msisdn"].(string)
			}
			require.NotContains(b.t, one, name, "told twice")
			one[name] = m["deliveryStatus"].(string)
		}
		all = append(all, one)
	}
	return all
}

// tdrsTo counts the TDRs by UE.
func (b *bench) tdrsTo() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := map[string]int{}
	for _, c := range b.tdrs {
		n[c.UserIdentifier.UserName]++
	}
	return n
}

// groupKeys returns how many records the tables of groups hold, by their letters.
func (b *bench) groupKeys(letters string) int {
	n := 0
	require.NoError(b.t, b.store.View(b.t.Context(), func(r store.Reader) error {
		for _, l := range letters {
			from := []byte("nidd/g" + string(l) + "/")
			for _, err := range r.Scan(from, store.PrefixEnd(from), false) {
				if err != nil {
					return err
				}
				n++
			}
		}
		return nil
	}))
	return n
}

const (
	sentOK  = "SUCCESS_NEXT_HOP_UNACKNOWLEDGED"
	timeout = "FAILURE_TIMEOUT"
)

func TestGroupConfiguration(t *testing.T) {
	covers(t, "T8-4.4.5.2.2-01", "T8-4.4.5.2.2-03")
	for name, most := range map[string]int{"in one message": 100, "in several": 4} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.names(members(upTo(10)...), most)
				until := time.Now().Add(48 * time.Hour).Truncate(time.Second)
				cfg := b.configureGroup(func(c *t8.NIDDConfiguration) { c.Duration, c.MTCProviderID = until, "meters" })
				nir := b.nirs[0]
				require.Equal(t, string(group1), nir.UserIdentifier.ExternalIdentifier)
				require.Equal(t, s6t.TypeOfExternalIdentifierExternalGroupIdentifierType, *nir.UserIdentifier.TypeOfExternalIdentifier)
				require.Equal(t, apn1, nir.NIDDAuthorizationRequest.ServiceSelection)

				v, err := b.p.Configuration(t.Context(), as1, cfg)
				require.NoError(t, err)
				require.Equal(t, group1, v.ExternalGroupID)
				require.Empty(t, v.ExternalID)
				require.True(t, v.SupportedFeatures.Has(t8.FeatureGroupMessageDelivery))
				require.True(t, until.Equal(v.Duration))
				list, err := b.p.Configurations(t.Context(), as1)
				require.NoError(t, err)
				require.Len(t, list, 1)
				require.Equal(t, 10, b.groupKeys("m"))
				require.Zero(t, b.groupKeys("p"))
				require.Zero(t, b.keys("u"), "no record of a UE")

				b.attachUE(upTo(10)...)
				b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, ofUE(11)))
				b.asks(diameter.Success, odrOf(3))
				b.asks(diameter.Success, odrOf(7))
				require.EqualValues(t, groupExt(3), b.posts[0].ExternalID)
				require.EqualValues(t, "15550007", b.posts[1].MSISDN, "by the name that it has")
				require.Contains(t, b.posts[0].NIDDConfiguration, cfg)
				require.Contains(t, b.flow, "POST "+dest1)
			})
		})
	}
}

func TestGroupRefused(t *testing.T) {
	covers(t, "T8-4.4.5.2.2-05")
	create := func(b *bench, change ...func(*t8.NIDDConfiguration)) error {
		c := &t8.NIDDConfiguration{ExternalGroupID: group1, NotificationDestination: dest1}
		for _, f := range change {
			f(c)
		}
		_, err := b.p.CreateConfiguration(b.t.Context(), as1, c)
		return err
	}
	t.Run("data with the configuration", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			err := create(b, func(c *t8.NIDDConfiguration) {
				c.DownlinkDataTransfers = []t8.NIDDDownlinkDataTransfer{{ExternalGroupID: group1, Data: []byte("x")}}
			})
			require.ErrorIs(t, err, fault.OperationProhibited)
			require.Equal(t, 403, fault.As(err).Status())
			require.Empty(t, b.nirs)
			require.Zero(t, b.groupKeys("pgmind"))
		})
	})
	for name, hss := range map[string]func(*bench) func(*s6t.NIR) (*s6t.NIA, error){
		"unknown group": func(*bench) func(*s6t.NIR) (*s6t.NIA, error) { return resultNIA(diameter.ErrorUserUnknown) },
		"no member": func(*bench) func(*s6t.NIR) (*s6t.NIA, error) {
			return func(*s6t.NIR) (*s6t.NIA, error) { return &s6t.NIA{Result: diameter.Success}, nil }
		},
		"members without a name": func(*bench) func(*s6t.NIR) (*s6t.NIA, error) {
			return func(*s6t.NIR) (*s6t.NIA, error) {
				return &s6t.NIA{Result: diameter.Success, GroupUserIdentifier: []s6t.GroupUserIdentifier{{UserName: groupIMSI(1)}, {ExternalIdentifier: groupExt(2)}}}, nil
			}
		},
		"the HSS gives up in the middle": func(*bench) func(*s6t.NIR) (*s6t.NIA, error) {
			return func(*s6t.NIR) (*s6t.NIA, error) {
				return &s6t.NIA{
					Result: diameter.Success, GroupUserIdentifier: members(1, 2),
					NIAFlags: new(s6t.NIAFlagIncompleteGroupUserIdentifierList),
				}, nil
			}
		},
		"no answer": func(*bench) func(*s6t.NIR) (*s6t.NIA, error) { return noPeer },
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.hss = hss(b)
				require.Error(t, create(b))
				b.sleep(time.Minute)
				require.Zero(t, b.keys("uct")+b.groupKeys("pgmind"), "nothing is left")
				b.nir(diameter.ErrorUserUnknown, groupNIR(members(3)))
			})
		})
	}
	t.Run("twice", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.names(members(1, 2), 10)
			b.configureGroup()
			require.ErrorIs(t, create(b), fault.OperationProhibited)
			require.Equal(t, 1, b.keys("c"))
		})
	})
	t.Run("crash while the HSS names the members", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.names(members(upTo(10)...), 4)
			go func() { _ = create(b) }()
			time.Sleep(1500 * time.Millisecond)
			require.NotZero(t, b.groupKeys("m"))
			b.restart()
			b.sleep(time.Minute)
			require.Zero(t, b.keys("uct")+b.groupKeys("pgmind"))
		})
	})
}

func TestGroupDelivery(t *testing.T) {
	covers(t, "T8-4.4.5.3.2-09", "T8-4.4.5.3.2-15", "T8-4.4.5.3.2-16", "T8-4.4.5.3.2-17", "T8-4.4.5.3.2-18", "T8-4.4.5.3.2-20",
		"T8-4.4.5.3.2-23", "T8-4.4.5.3.2-24", "T8-4.4.5.3.2-25", "T8-4.4.5.3.2-26")
	run(t, func(t *testing.T, b *bench) {
		b.names(members(upTo(600)...), 250)
		cfg := b.configureGroup()
		b.attachUE(upTo(600)...)
		goOn := make(chan struct{})
		b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
			<-goOn
			switch q.UserIdentifier.UserName {
			case groupIMSI(5):
				return &t6a.TDA{Result: diameter.Success, TDAFlags: new(t6a.TDAFlagAcknowledgedDelivery)}, nil
			case groupIMSI(6):
				return &t6a.TDA{Result: diameter.UnableToComply}, nil
			}
			return nil, nil
		}
		d, err := b.deliverGroup(cfg, "all")
		require.NoError(t, err)
		require.NotEmpty(t, d.Self)
		require.Equal(t, group1, d.ExternalGroupID)
		require.Equal(t, "all", string(d.Data))
		under := len(b.sent())
		require.NotZero(t, under)
		require.LessOrEqual(t, under, 64, "bounded parallelism")
		_, _, deliveryID, _ := t8.ParseNIDDDeliveryURI(d.Self)
		got, err := b.p.Delivery(t.Context(), as1, cfg, deliveryID)
		require.NoError(t, err)
		require.Equal(t, t8.DeliverySending, got.DeliveryStatus)
		list, err := b.p.Deliveries(t.Context(), as1, cfg)
		require.NoError(t, err)
		require.Equal(t, []t8.NIDDDownlinkDataTransfer{*got}, list)
		close(goOn)

		all := b.results()
		require.Len(t, all, 1, "one notification")
		require.Len(t, all[0], 600)
		for name, status := range all[0] {
			want := sentOK
			switch name {
			case groupExt(5):
				want = "SUCCESS_NEXT_HOP_ACKNOWLEDGED"
			case groupExt(6):
				want = "FAILURE_NEXT_HOP"
			}
			require.Equal(t, want, status, name)
		}
		require.Contains(t, all[0], "15550007")
		require.Equal(t, []string{d.Self}, b.notified("niddDownlinkDataTransfer"))
		require.Len(t, b.notes, 1, "none for a single UE")
		require.Equal(t, dest1, b.notes[0].to)
		for ue, n := range b.tdrsTo() {
			require.Equal(t, 1, n, ue)
		}
		require.Zero(t, b.keys("d")+b.groupKeys("dwbor"), "the resource is gone")
		_, err = b.p.Delivery(t.Context(), as1, cfg, deliveryID)
		require.ErrorIs(t, err, fault.NotFound)
	})
}

// TestGroupOrder checks that members get the data of several deliveries in their order.
func TestGroupOrder(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		const n = 300
		b.names(members(upTo(n)...), 1000)
		cfg := b.configureGroup()
		b.attachUE(upTo(n)...)
		b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
			if string(q.NonIPData) == "1" {
				time.Sleep(time.Second)
			}
			return nil, nil
		}
		for _, data := range []string{"1", "2", "3"} {
			_, err := b.deliverGroup(cfg, data)
			require.NoError(t, err)
		}
		b.sleep(time.Minute)
		require.Len(t, b.results(), 3)
		got := map[string]string{}
		for _, q := range b.tdrs {
			got[q.UserIdentifier.UserName] += string(q.NonIPData)
		}
		require.Len(t, got, n)
		for ue, data := range got {
			require.Equal(t, "123", data, ue)
		}
	})
}

// TestGroupTraced checks that the outcome for each member is told to the hooks, as that of data for a single UE.
func TestGroupTraced(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		var mu sync.Mutex
		told := map[nidd.State]int{}
		b.opts.Trace = &nidd.Trace{Delivery: func(s nidd.State, _ t8.DeliveryStatus, _ bool) {
			mu.Lock()
			defer mu.Unlock()
			if s.Final() {
				told[s]++
			}
		}}
		b.restart()
		b.names(members(upTo(5)...), 100)
		cfg := b.configureGroup()
		b.attachUE(1, 2)
		_, err := b.deliverGroup(cfg, "now", latency(0))
		require.NoError(t, err)
		_, err = b.deliverGroup(cfg, "later", latency(time.Hour))
		require.NoError(t, err)
		b.attachUE(3)
		b.sleep(2 * time.Hour)
		require.Len(t, b.results(), 2)
		require.Equal(t, map[nidd.State]int{nidd.Delivered: 5, nidd.Rejected: 3, nidd.TimedOut: 2}, told)
	})
}

// TestGroupBuffering checks members that cannot be reached: they wait as a single UE does, until the time is over.
func TestGroupBuffering(t *testing.T) {
	covers(t, "T8-4.4.5.3.2-21", "T8-4.4.5.3.2-22", "T8-4.4.5.3.2-27")
	run(t, func(t *testing.T, b *bench) {
		b.names(members(upTo(8)...), 100)
		cfg := b.configureGroup()
		b.attachUE(1, 2, 3, 4)
		asleep := map[string]bool{groupIMSI(2): true, groupIMSI(3): true}
		b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
			if asleep[q.UserIdentifier.UserName] {
				return sleeping(time.Time{}), nil
			}
			return nil, nil
		}
		d, err := b.deliverGroup(cfg, "x", latency(time.Hour))
		require.NoError(t, err)
		_, _, deliveryID, _ := t8.ParseNIDDDeliveryURI(d.Self)
		got, err := b.p.Delivery(t.Context(), as1, cfg, deliveryID)
		require.NoError(t, err)
		require.Equal(t, t8.DeliveryBuffering, got.DeliveryStatus)
		require.Equal(t, 6, b.groupKeys("o"))
		asleep[groupIMSI(2)] = false
		b.asks(diameter.Success, cmr(update, reachable, ofUE(2)))
		b.attachUE(5)
		b.sleep(10 * time.Minute)
		require.Empty(t, b.results())
		require.Empty(t, b.notes)
		b.sleep(time.Hour)
		all := b.results()
		require.Equal(t, []map[string]string{{
			groupExt(1): sentOK, groupExt(2): sentOK, groupExt(3): timeout, groupExt(4): sentOK, groupExt(5): sentOK,
			groupExt(6): timeout, "15550007": timeout, groupExt(8): timeout,
		}}, all)
		require.Len(t, b.notes, 1)
		require.Equal(t, 1, b.tdrsTo()[groupIMSI(5)])
		require.Equal(t, 2, b.tdrsTo()[groupIMSI(2)])
		require.Zero(t, b.keys("do")+b.groupKeys("dwbor"))
	})
	t.Run("local policy", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.prof.MaximumLatency = 10 * time.Minute
			b.restart()
			b.names(members(1), 100)
			_, err := b.deliverGroup(b.configureGroup(), "x")
			require.NoError(t, err)
			b.sleep(9 * time.Minute)
			require.Empty(t, b.results())
			b.sleep(2 * time.Minute)
			require.Equal(t, []map[string]string{{groupExt(1): timeout}}, b.results())
		})
	})
	t.Run("no buffering", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.names(members(1, 2, 3), 100)
			cfg := b.configureGroup()
			b.attachUE(1, 2)
			retry := time.Now().Add(time.Minute).Truncate(time.Second)
			b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
				if q.UserIdentifier.UserName == groupIMSI(2) {
					return sleeping(retry), nil
				}
				return nil, nil
			}
			_, err := b.deliverGroup(cfg, "x", latency(0))
			require.NoError(t, err)
			require.Equal(t, []map[string]string{{
				groupExt(1): sentOK, groupExt(2): "FAILURE_TEMPORARILY_NOT_REACHABLE", groupExt(3): "FAILURE",
			}}, b.results())
			for _, x := range b.notes[0].body["gmdResults"].([]any) {
				if m := x.(map[string]any); m["externalId"] == groupExt(2) {
					at, err := time.Parse(time.RFC3339, m["requestedRetransmissionTime"].(string))
					require.NoError(t, err)
					require.True(t, retry.Equal(at))
				}
			}
		})
	})
}

// TestGroupAndSingle checks that a member with a configuration of its own keeps to that, and that data for one UE goes
// out one by one.
func TestGroupAndSingle(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		group := b.names
		group(members(1, 2), 100)
		byGroup := b.hss
		b.hss = func(nir *s6t.NIR) (*s6t.NIA, error) {
			if nir.UserIdentifier.TypeOfExternalIdentifier != nil {
				return byGroup(nir)
			}
			return nil, nil // imsi1, which is that of member 1
		}
		cfg := b.configureGroup()
		single := b.configure(func(c *t8.NIDDConfiguration) { c.NotificationDestination = "https://as.example/single" })
		b.attachUE(1, 2)
		b.asks(diameter.Success, odrOf(1))
		require.Contains(t, b.posts[0].NIDDConfiguration, single)
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(time.Time{}), nil }
		b.buffer(single, "own")
		b.mme = nil
		_, err := b.deliverGroup(cfg, "all")
		require.NoError(t, err)
		require.Equal(t, []string{"own", "all"}, b.sent(), "member 1 sleeps")
		b.wake()
		require.Equal(t, []string{"own", "all", "own", "all"}, b.sent())
		b.sleep(time.Second)
		require.Equal(t, []map[string]string{{groupExt(1): sentOK, groupExt(2): sentOK}}, b.results())
	})
}

func TestGroupDeliveryRefused(t *testing.T) {
	covers(t, "T8-4.4.5.3.2-07", "T8-4.4.5.3.2-08", "T8-4.4.5.3.2-11", "T8-4.4.5.3.2-12", "T8-4.4.5.3.2-14")
	run(t, func(t *testing.T, b *bench) {
		b.names(members(1, 2), 100)
		cfg := b.configureGroup()
		b.attachUE(1, 2)
		for _, c := range []struct {
			name, config string
			change       func(*t8.NIDDDownlinkDataTransfer)
			want         fault.Code
			status       int
		}{
			{"unknown configuration", "nope", func(*t8.NIDDDownlinkDataTransfer) {}, fault.NotFound, 404},
			{"too large", cfg, func(d *t8.NIDDDownlinkDataTransfer) { d.Data = make([]byte, 1359) }, fault.DataTooLarge, 403},
			{"another group", cfg, func(d *t8.NIDDDownlinkDataTransfer) { d.ExternalGroupID = "others@example.com" }, fault.InvalidParameter, 400},
			{"a member", cfg, func(d *t8.NIDDDownlinkDataTransfer) {
				d.ExternalGroupID, d.ExternalID = "", id.ExternalID(groupExt(1))
			}, fault.InvalidParameter, 400},
			{"unknown option", cfg, option("SHOUT"), fault.ParameterOutOfRange, 403},
		} {
			_, err := b.deliverGroup(c.config, "x", c.change)
			require.ErrorIs(t, err, c.want, c.name)
			require.Equal(t, c.status, fault.As(err).Status(), c.name)
		}
		_, err := b.deliverGroup(cfg, strings.Repeat("x", 1359))
		require.Equal(t, "DATA_TOO_LARGE", fault.As(err).CauseText())
		_, err = b.p.CreateDelivery(t.Context(), "stranger", cfg, &t8.NIDDDownlinkDataTransfer{ExternalGroupID: group1, Data: []byte("x")})
		require.Equal(t, 401, fault.As(err).Status())
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		b.sleep(time.Second)

		cfg = b.configureGroup(func(c *t8.NIDDConfiguration) { c.SupportedFeatures = allFeatures })
		_, err = b.deliverGroup(cfg, "x")
		require.ErrorIs(t, err, fault.OperationProhibited)
		require.Equal(t, 403, fault.As(err).Status())
		require.Empty(t, b.sent(), "nothing was sent to any UE")
		require.Zero(t, b.groupKeys("dwbor"))
	})
}

func TestGroupDeliveryStays(t *testing.T) {
	covers(t, "T8-4.4.5.3.2-30", "T8-4.4.5.3.2-31", "T8-4.4.5.3.2-32", "T8-4.4.5.3.2-33")
	run(t, func(t *testing.T, b *bench) {
		b.names(members(upTo(4)...), 100)
		cfg := b.configureGroup()
		b.attachUE(1, 2)
		d, err := b.deliverGroup(cfg, "x", latency(time.Hour))
		require.NoError(t, err)
		_, _, deliveryID, _ := t8.ParseNIDDDeliveryURI(d.Self)
		refused := func(err error) {
			require.ErrorIs(t, err, fault.OperationProhibited)
			require.Equal(t, 403, fault.As(err).Status())
			require.Equal(t, "OPERATION_PROHIBITED", fault.As(err).CauseText())
		}
		_, err = b.p.ReplaceDelivery(t.Context(), as1, cfg, deliveryID, &t8.NIDDDownlinkDataTransfer{ExternalGroupID: group1, Data: []byte("y")})
		refused(err)
		_, err = b.p.ModifyDelivery(t.Context(), as1, cfg, deliveryID, &t8.NIDDDownlinkDataTransferPatch{})
		refused(err)
		refused(b.p.CancelDelivery(t.Context(), as1, cfg, deliveryID))
		require.ErrorIs(t, b.p.CancelDelivery(t.Context(), as1, cfg, "nope"), fault.NotFound)
		b.attachUE(3, 4)
		b.sleep(time.Second)
		require.Equal(t, []string{"x", "x", "x", "x"}, b.sent())
		require.Equal(t, []map[string]string{{groupExt(1): sentOK, groupExt(2): sentOK, groupExt(3): sentOK, groupExt(4): sentOK}}, b.results())
	})
}

// TestGroupMemberRevoked checks that a member that the HSS does not authorise any more gets nothing, and the others all.
func TestGroupMemberRevoked(t *testing.T) {
	covers(t, "T8-4.4.5.3.2-19")
	byIMSI := func(i int) s6t.UserIdentifier { return s6t.UserIdentifier{UserName: groupIMSI(i)} }
	byName := func(i int) s6t.UserIdentifier { return s6t.UserIdentifier{ExternalIdentifier: groupExt(i)} }
	run(t, func(t *testing.T, b *bench) {
		b.names(members(upTo(5)...), 100)
		cfg := b.configureGroup()
		b.attachUE(1, 2)
		past := time.Now().Add(-time.Second)
		b.regrant(diameter.Success, past, byIMSI(1))
		b.regrant(diameter.Success, past, byName(3))
		b.regrant(diameter.ErrorUserUnknown, past, byIMSI(9))
		require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED", "TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
		require.Equal(t, []string{groupExt(1), groupExt(3)}, b.notified("externalId"))
		require.Len(t, b.cmrs, 1, "its connection is released")
		b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, ofUE(3)))

		_, err := b.deliverGroup(cfg, "x", latency(time.Hour))
		require.NoError(t, err)
		b.regrant(diameter.Success, past, byIMSI(4)) // while data waits for it
		b.attachUE(5)
		b.sleep(time.Second)
		require.Equal(t, map[string]int{groupIMSI(2): 1, groupIMSI(5): 1}, b.tdrsTo())
		require.Equal(t, []map[string]string{{groupExt(2): sentOK, groupExt(4): "FAILURE", groupExt(5): sentOK}}, b.results())

		b.regrant(diameter.Success, time.Now().Add(time.Hour), byIMSI(3))
		b.attachUE(3)
		_, err = b.deliverGroup(cfg, "y")
		require.NoError(t, err)
		require.Equal(t, map[string]string{groupExt(2): sentOK, groupExt(3): sentOK, groupExt(5): sentOK}, b.results()[1])
		b.sleep(2 * time.Hour)
		b.asks(diameter.ErrorNIDDConfigurationUnavailable, odrOf(3)) // its own grant is over
	})
}

func TestGroupRevoked(t *testing.T) {
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprint("kept: ", keep), func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.prof.KeepRevoked = keep
				b.restart()
				b.names(members(upTo(5)...), 100)
				cfg := b.configureGroup()
				b.attachUE(1, 2)
				_, err := b.deliverGroup(cfg, "x", latency(time.Hour))
				require.NoError(t, err)
				b.regrant(diameter.Success, time.Now().Add(-time.Second))
				b.sleep(10 * time.Second)
				require.Equal(t, []string{"TERMINATED_UE_NOT_AUTHORIZED"}, b.notified("status"))
				require.Equal(t, []string{string(group1)}, b.notified("externalId"))
				require.Equal(t, []map[string]string{{
					groupExt(1): sentOK, groupExt(2): sentOK, groupExt(3): "FAILURE", groupExt(4): "FAILURE", groupExt(5): "FAILURE",
				}}, b.results())
				require.Len(t, b.cmrs, 2)
				_, err = b.deliverGroup(cfg, "y")
				b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, ofUE(3)))
				if !keep {
					require.ErrorIs(t, err, fault.NotFound)
					require.Zero(t, b.keys("uctd")+b.groupKeys("pgmindwbor"), "nothing is left")
					return
				}
				require.ErrorIs(t, err, fault.NotAuthorized)
				b.regrant(diameter.Success, time.Now().Add(time.Hour))
				b.attachUE(3)
				_, err = b.deliverGroup(cfg, "y")
				require.NoError(t, err)
				b.sleep(2 * time.Hour)
				_, err = b.deliverGroup(cfg, "z")
				require.ErrorIs(t, err, fault.NotAuthorized, "the grant is over")
			})
		})
	}
}

func TestGroupEnds(t *testing.T) {
	covers(t, "T8-4.4.5.2.2-01")
	t.Run("DELETE", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.names(members(upTo(600)...), 100)
			cfg := b.configureGroup()
			b.attachUE(upTo(300)...)
			_, err := b.deliverGroup(cfg, "x", latency(time.Hour))
			require.NoError(t, err)
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
			require.ErrorIs(t, b.p.DeleteConfiguration(t.Context(), as1, cfg), fault.NotFound)
			b.sleep(time.Minute)
			require.Empty(t, b.notes)
			require.Len(t, b.cmrs, 300)
			require.Zero(t, b.keys("uctdo")+b.groupKeys("pgmindwbor"), "nothing is left")
			b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, ofUE(3)))
		})
	})
	t.Run("duration", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.names(members(upTo(600)...), 100)
			cfg := b.configureGroup(func(c *t8.NIDDConfiguration) { c.Duration = time.Now().Add(time.Hour) })
			b.attachUE(upTo(300)...)
			_, err := b.deliverGroup(cfg, "x", latency(2*time.Hour))
			require.NoError(t, err)
			b.sleep(2 * time.Hour)
			require.Equal(t, []string{"TERMINATED"}, b.notified("status"))
			all := b.results()
			require.Len(t, all, 1)
			require.Len(t, all[0], 600)
			require.Equal(t, "FAILURE", all[0][groupExt(301)])
			require.Equal(t, sentOK, all[0][groupExt(300)])
			require.Len(t, b.cmrs, 300)
			require.Zero(t, b.keys("uctd")+b.groupKeys("pgmindwbor"), "nothing is left")
		})
	})
	t.Run("crash in the middle", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			b.names(members(upTo(600)...), 100)
			cfg := b.configureGroup()
			memory := b.store
			b.stop()
			cut := &power{Store: memory, left: -1}
			b.store = cut
			b.start()
			_, err := b.deliverGroup(cfg, "x", latency(time.Hour))
			require.NoError(t, err)
			cut.mu.Lock()
			cut.left = 100
			cut.mu.Unlock()
			require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
			synctest.Wait()
			b.stop()
			b.store = memory
			require.NotZero(t, b.groupKeys("m"))
			b.start()
			b.sleep(2 * time.Minute)
			require.Empty(t, b.notes)
			require.Zero(t, b.keys("uctdo")+b.groupKeys("pgmindwbor"), "nothing is left")
		})
	})
}

// TestGroupModified checks that a PATCH asks the HSS anew, and that who has left the group is forgotten.
func TestGroupModified(t *testing.T) {
	covers(t, "T8-4.4.5.2.2-01")
	run(t, func(t *testing.T, b *bench) {
		b.names(members(upTo(600)...), 100)
		cfg := b.configureGroup()
		b.attachUE(1, 2)
		_, err := b.deliverGroup(cfg, "x", latency(time.Hour))
		require.NoError(t, err)
		b.names(members(append(upTo(599)[1:], 700)...), 100)
		_, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{
			NotificationDestination: t8.Set("https://as.example/new"),
		})
		require.NoError(t, err)
		b.sleep(time.Minute)
		require.Equal(t, 599, b.groupKeys("m"))
		require.Equal(t, 599, b.groupKeys("i"))
		require.Equal(t, 599, b.groupKeys("n"))
		require.Len(t, b.cmrs, 1)
		b.asks(diameter.ErrorNIDDConfigurationUnavailable, cmr(establish, ofUE(600)))
		b.attachUE(700)
		_, err = b.deliverGroup(cfg, "y", latency(0))
		require.NoError(t, err)
		all := b.results()
		require.Len(t, all, 1)
		require.Equal(t, sentOK, all[0][groupExt(700)])
		require.Equal(t, "https://as.example/new", b.notes[0].to)
		b.sleep(time.Hour)
		all = b.results()
		require.Len(t, all, 2)
		require.Len(t, all[1], 600, "all who were members when it began")
		require.Equal(t, "FAILURE", all[1][groupExt(600)])

		b.hss = noPeer
		_, err = b.p.ModifyConfiguration(t.Context(), as1, cfg, &t8.NIDDConfigurationPatch{Duration: t8.Set(time.Now().Add(time.Hour))})
		require.ErrorIs(t, err, fault.Unavailable)
		b.sleep(time.Minute)
		require.Equal(t, 599, b.groupKeys("m"))
		require.Zero(t, b.groupKeys("p"))
	})
}

// TestGroupDeliveryKilled kills the process again and again while data goes to a group: in the end each member has got
// one TDR, which may have been repeated as the same, and the SCS/AS one result for each.
func TestGroupDeliveryKilled(t *testing.T) {
	const n = 600
	for _, after := range []int{1, 5, 60} {
		t.Run(fmt.Sprint("after transactions: ", after), func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				b.names(members(upTo(n)...), 250)
				cfg := b.configureGroup()
				b.attachUE(upTo(n - 100)...)
				memory := b.store
				asleep := map[string]bool{}
				for i := 1; i <= n-100; i += 10 {
					asleep[groupIMSI(i)] = true
				}
				b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
					b.mu.Lock()
					sleeps := asleep[q.UserIdentifier.UserName]
					b.mu.Unlock()
					time.Sleep(time.Millisecond)
					if sleeps {
						return sleeping(time.Time{}), nil
					}
					return nil, nil
				}
				_, err := b.deliverGroup(cfg, "x", latency(time.Hour))
				require.NoError(t, err)
				for range 4 { // and what is done after a crash is interrupted, too
					b.stop()
					b.store = &power{Store: memory, left: after}
					b.start()
					b.sleep(90 * time.Second)
				}
				b.stop()
				b.store = memory
				b.start()
				b.mu.Lock()
				clear(asleep)
				b.mu.Unlock()
				for i := 1; i <= n-100; i += 10 {
					b.asks(diameter.Success, cmr(update, reachable, ofUE(i)))
				}
				b.sleep(2 * time.Hour)
				all := b.results()
				require.Len(t, all, 1)
				require.Len(t, all[0], n)
				count := map[string]int{}
				for _, status := range all[0] {
					count[status]++
				}
				require.Equal(t, map[string]int{sentOK: n - 100, timeout: 100}, count)
				b.mu.Lock()
				defer b.mu.Unlock()
				tdrs := map[string]map[uint32]bool{} // with distinct identifiers, by UE
				for i, c := range b.tdrs {
					ue := c.UserIdentifier.UserName
					if tdrs[ue] == nil {
						tdrs[ue] = map[uint32]bool{}
					}
					if tdrs[ue][b.raw[i].EndToEnd] {
						require.NotZero(t, b.raw[i].Flags&diameter.FlagRetransmitted, "what is sent again says so")
					}
					tdrs[ue][b.raw[i].EndToEnd] = true
				}
				require.Len(t, tdrs, n-100)
				for i := 1; i <= n-100; i++ {
					if (i-1)%10 != 0 {
						require.Len(t, tdrs[groupIMSI(i)], 1, i)
					}
				}
			})
		})
	}
}

// TestGroupSenderComesBack checks that a node whose batch was taken over makes nothing of its late results.
func TestGroupSenderComesBack(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		const n = 10
		a.names(members(upTo(n)...), 1000)
		cfg := a.configureGroup()
		a.attachUE(upTo(n)...)
		goOn := make(chan struct{})
		a.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			<-goOn
			return &t6a.TDA{Result: diameter.UnableToComply}, nil
		}
		_, err := a.deliverGroup(cfg, "x")
		require.NoError(t, err)
		require.Len(t, a.sent(), n)
		a.cut(true)
		b.sleep(5 * time.Minute)
		require.Len(t, b.results(), 1)
		a.cut(false)
		a.sleep(time.Minute) // it is a member again
		close(goOn)
		a.sleep(5 * time.Minute)
		all := append(a.results(), b.results()...)
		require.Len(t, all, 1)
		require.Len(t, all[0], n)
		require.Equal(t, []string{sentOK}, slices.Compact(slices.Sorted(maps.Values(all[0]))))
		require.Zero(t, b.keys("d")+b.groupKeys("dwbor"))
	})
}

// TestGroupListAtAnotherNode checks that the list may go on at any node of a cluster.
func TestGroupListAtAnotherNode(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		list := members(upTo(10)...)
		a.hss = func(*s6t.NIR) (*s6t.NIA, error) {
			go b.tellRest(b.p.S6t(), list[4:], 3)
			return &s6t.NIA{
				Result: diameter.Success, GroupUserIdentifier: list[:4], NIAFlags: new(s6t.NIAFlagIncompleteGroupUserIdentifierList),
			}, nil
		}
		cfg := a.configureGroup()
		require.Equal(t, 10, b.groupKeys("m"))
		b.attachUE(10)
		_, err := b.deliverGroup(cfg, "x", latency(0))
		require.NoError(t, err)
		b.sleep(time.Second)
		require.Equal(t, sentOK, b.results()[0][groupExt(10)])
	})
}

// TestGroupDeadMME checks that a serving node that does not answer holds up its own UEs only.
func TestGroupDeadMME(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		const n = 2000
		b.names(members(upTo(n)...), 10_000)
		cfg := b.configureGroup()
		for i := 1; i <= n; i++ {
			b.asks(diameter.Success, cmr(establish, ofUE(i), func(c *t6a.CMR) {
				if i%2 == 0 {
					c.OriginHost = mme2ID.Host
				}
			}))
		}
		b.mme = func(q *t6a.TDR) (*t6a.TDA, error) {
			if q.DestinationHost == mme2ID.Host {
				time.Sleep(10 * time.Second)
				return noAnswer[t6a.TDR, t6a.TDA](q)
			}
			return nil, nil
		}
		_, err := b.deliverGroup(cfg, "x")
		require.NoError(t, err)
		b.sleep(20 * time.Second)
		got := b.tdrsTo()
		for i := 1; i <= n; i += 2 {
			require.Equal(t, 1, got[groupIMSI(i)])
		}
		b.sleep(10 * time.Minute)
		all := b.results()
		require.Len(t, all, 1)
		require.Len(t, all[0], n)
		require.Equal(t, sentOK, all[0][groupExt(1)])
		require.Equal(t, timeout, all[0][groupExt(2)])
	})
}

// TestGroupSenderIsLost checks that another node goes on with what the one that had begun leaves.
func TestGroupSenderIsLost(t *testing.T) {
	runTwo(t, func(t *testing.T, a, b *bench) {
		a.names(members(upTo(600)...), 1000)
		cfg := a.configureGroup()
		a.attachUE(upTo(600)...)
		goOn := make(chan struct{})
		n := 0
		a.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			a.mu.Lock()
			n++
			late := n > 100
			a.mu.Unlock()
			if late {
				<-goOn
				return nil, errors.Join(diameter.ErrSent, diameter.ErrClosed)
			}
			return nil, nil
		}
		_, err := a.deliverGroup(cfg, "x")
		require.NoError(t, err)
		a.cut(true)
		b.sleep(5 * time.Minute)
		a.cut(false)
		close(goOn)
		b.sleep(5 * time.Minute)
		all := append(a.results(), b.results()...)
		require.Len(t, all, 1)
		require.Len(t, all[0], 600)
		require.Equal(t, []string{sentOK}, slices.Compact(slices.Sorted(maps.Values(all[0]))))
		seen := map[string]uint32{}
		for _, x := range []*bench{a, b} {
			for i, c := range x.tdrs {
				if was, ok := seen[c.UserIdentifier.UserName]; ok {
					require.Equal(t, was, x.raw[i].EndToEnd)
					require.NotZero(t, x.raw[i].Flags&diameter.FlagRetransmitted)
				}
				seen[c.UserIdentifier.UserName] = x.raw[i].EndToEnd
			}
		}
		require.Len(t, seen, 600)
	})
}
