package nidd_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/policy"
	"github.com/scefkit/scefkit/rds"
	"github.com/scefkit/scefkit/t6a"
	"github.com/scefkit/scefkit/t8"
)

// reserve asks for a pair of ports, and returns what came of it.
func (b *bench) reserve(cfg string, p t8.RDSPort, change ...func(*t8.ManagePort)) (*t8.ManagePort, error) {
	m := &t8.ManagePort{AppID: "meter"}
	for _, f := range change {
		f(m)
	}
	return b.p.ReservePort(b.t.Context(), as1, cfg, t8.PortID(p), m)
}

func (b *bench) release(cfg string, p t8.RDSPort) (bool, error) {
	return b.p.ReleasePort(b.t.Context(), as1, cfg, t8.PortID(p))
}

// skips reserves without asking the UE.
func skips(m *t8.ManagePort) { m.SkipUEInquiry = true }

// speaks names the serialization formats of the SCS/AS.
func speaks(f ...t8.SerializationFormat) func(*t8.ManagePort) {
	return func(m *t8.ManagePort) { m.SupportedFormats = f }
}

// ports returns the reserved ports.
func (b *bench) ports(cfg string) (ids []string) {
	list, err := b.p.Ports(b.t.Context(), as1, cfg)
	require.NoError(b.t, err)
	for _, m := range list {
		_, _, id, ok := t8.ParseNIDDPortURI(m.Self)
		require.True(b.t, ok)
		ids = append(ids, id)
	}
	return ids
}

// portNotes returns the port notifications so far: of each the reserved ports with the format, as "ue1-ef2 AS CBOR".
func (b *bench) portNotes() (list [][]string) {
	b.sleep(0)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.notes {
		if n.body["status"] != nil || n.body["deliveryStatus"] != nil || n.body["data"] != nil {
			continue
		}
		one := []string{}
		ports, _ := n.body["managedPorts"].([]any)
		for _, p := range ports {
			m := p.(map[string]any)
			_, _, id, _ := t8.ParseNIDDPortURI(m["self"].(string))
			text := id + " " + m["manageEntity"].(string)
			if f, ok := m["configuredFormat"].(string); ok {
				text += " " + f
			}
			one = append(one, text)
		}
		list = append(list, one)
	}
	return list
}

// statusOf answers MANAGE_PORT with a status.
func statusOf(s rds.PortStatus) func(rds.PortMessage) rds.PortMessage {
	return func(m rds.PortMessage) rds.PortMessage { m.Status = s; return m }
}

func TestReservePort(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-01", "T8-4.4.5.6.1-03", "T8-4.4.5.6.1-04", "T8-4.4.5.6.1-12", "T8-4.4.5.6.1-13", "T8-4.4.5.6.1-15", "T8-4.4.5.6.1-16",
		"T8-4.4.5.6.1-17", "T8-4.4.5.6.1-18", "T8-4.4.5.6.1-20", "T8-4.4.5.6.1-49", "T8-4.4.5.6.1-50")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		m, err := b.reserve(cfg, pair(1, 2))
		require.NoError(t, err)
		require.Nil(t, m, "the UE is being asked")
		require.Len(t, b.sent(), 1)
		require.Empty(t, b.ports(cfg), "nothing is reserved yet")
		_, err = b.p.Port(t.Context(), as1, cfg, "ue1-ef2")
		require.ErrorIs(t, err, fault.NotFound)
		_, err = b.reserve(cfg, pair(1, 2))
		require.ErrorIs(t, err, fault.PortNotFree, "it is being asked for")
		b.sleep(time.Second)
		require.Equal(t, []rds.PortMessage{{Action: rds.ReservePorts, Ports: []rds.Port{{UE: 1, SCEF: 2, Application: "meter"}}}}, u.asked)
		got, err := b.p.Port(t.Context(), as1, cfg, "ue1-ef2")
		require.NoError(t, err)
		require.Equal(t, &t8.ManagePort{
			Self: t8.NIDDPortURI(root1, as1, cfg, "ue1-ef2"), AppID: "meter", ManageEntity: t8.ManagedByAS,
		}, got)
		require.Equal(t, [][]string{{"ue1-ef2 AS"}}, b.portNotes())
		require.Equal(t, dest1, b.notes[0].to)
		require.Equal(t, t8.NIDDConfigurationURI(root1, as1, cfg), b.notes[0].body["niddConfiguration"])
		require.Equal(t, string(ext1), b.notes[0].body["externalId"])

		_, err = b.reserve(cfg, pair(1, 2))
		require.ErrorIs(t, err, fault.PortNotFree)
		require.Equal(t, 403, fault.As(err).Status())
		require.Equal(t, "PORT_NOT_FREE", fault.As(err).CauseText())
		_, err = b.reserve(cfg, pair(3, 2))
		require.NoError(t, err, "the UE decides about another pair")
		b.sleep(time.Second)
		require.Equal(t, []string{"ue1-ef2", "ue3-ef2"}, b.ports(cfg))
		b.restart()
		require.Equal(t, []string{"ue1-ef2", "ue3-ef2"}, b.ports(cfg))
	})
}

func TestReserveRefusedByUE(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-21", "T8-4.4.5.6.1-22")
	for name, prepare := range map[string]func(*device){
		"refused": func(u *device) { u.answer = statusOf(rds.PortNotFree) },
		"silent":  func(u *device) { u.mute = true },
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure(withRDS(rdsManages))
				u := withDevice(b)
				b.attachRDS()
				_, err := b.reserve(cfg, pair(1, 1), skips)
				require.NoError(t, err)
				b.sleep(time.Minute)
				prepare(u)
				m, err := b.reserve(cfg, pair(1, 2))
				require.NoError(t, err)
				require.Nil(t, m)
				b.sleep(10 * time.Minute)
				require.Equal(t, [][]string{{"ue1-ef1 AS"}}, b.portNotes(), "what is reserved now")
				require.Equal(t, []string{"ue1-ef1"}, b.ports(cfg))
				u.answer, u.mute = nil, false
				_, err = b.reserve(cfg, pair(1, 2))
				require.NoError(t, err, "it may be tried again")
				b.sleep(time.Minute)
				require.Len(t, b.ports(cfg), 2)
			})
		})
	}
}

func TestReservePortAtOnce(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-23", "T8-4.4.5.6.1-24", "T8-4.4.5.6.1-27", "T8-4.4.5.6.1-28")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages, pair(4, 4)))
		other, err := b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{
			ExternalID: ext1, NotificationDestination: dest1, RDSPorts: []t8.RDSPort{pair(5, 5)}, SupportedFeatures: rdsManages,
		})
		require.NoError(t, err)
		_, otherID, _ := t8.ParseNIDDConfigurationURI(other.Self)
		u := withDevice(b)
		b.attachRDS()
		m, err := b.reserve(cfg, pair(1, 2), skips)
		require.NoError(t, err)
		require.Equal(t, t8.NIDDPortURI(root1, as1, cfg, "ue1-ef2"), m.Self)
		require.Equal(t, t8.ManagedByAS, m.ManageEntity)
		require.True(t, m.SkipUEInquiry)
		require.Equal(t, []string{"ue1-ef2"}, b.ports(cfg), "at once")
		b.sleep(time.Second)
		require.Equal(t, []rds.PortMessage{{Action: rds.NotifyPorts, Ports: []rds.Port{{UE: 1, SCEF: 2, Application: "meter"}}}}, u.asked)
		require.Empty(t, b.portNotes(), "the SCS/AS has its answer")

		for _, p := range []t8.RDSPort{pair(1, 2), pair(3, 2), pair(3, 4), pair(3, 5)} {
			_, err = b.reserve(cfg, p, skips)
			require.ErrorIs(t, err, fault.PortNotFree, "%v: the SCEF port is in use on the APN", p)
		}
		_, err = b.p.ReservePort(t.Context(), "as2", otherID, "ue9-ef2", &t8.ManagePort{AppID: "x", SkipUEInquiry: true})
		require.ErrorIs(t, err, fault.PortNotFree)
		_, err = b.p.ReservePort(t.Context(), "as2", otherID, "ue9-ef2", &t8.ManagePort{AppID: "x"})
		require.ErrorIs(t, err, fault.PortNotFree, "another SCS/AS has the port")

		b.detach()
		_, err = b.reserve(cfg, pair(6, 6), skips)
		require.NoError(t, err, "whether the UE is there or not")
		u.asked = nil
		b.attachRDS()
		require.Len(t, u.asked, 1)
		require.Len(t, u.asked[0].Ports, 2, "it is told when it comes")
	})
}

func TestReleasePort(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-02", "T8-4.4.5.6.1-31", "T8-4.4.5.6.1-32", "T8-4.4.5.6.1-33", "T8-4.4.5.6.1-34", "T8-4.4.5.6.1-35")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		_, err := b.release(cfg, pair(1, 2))
		require.ErrorIs(t, err, fault.PortNotAssociated)
		require.Equal(t, 404, fault.As(err).Status())
		require.Equal(t, "PORT_NOT_ASSOC_WITH_APP", fault.As(err).CauseText())
		for _, p := range []t8.RDSPort{pair(1, 2), pair(3, 4)} {
			_, err = b.reserve(cfg, p)
			require.NoError(t, err)
			b.sleep(time.Second)
		}
		b.notes, u.asked = nil, nil
		u.answer = statusOf(rds.PortNotFree)
		done, err := b.release(cfg, pair(1, 2))
		require.NoError(t, err)
		require.False(t, done, "the UE is being asked")
		require.Equal(t, []string{"ue1-ef2", "ue3-ef4"}, b.ports(cfg))
		b.sleep(time.Second)
		require.Equal(t, rds.ReleasePorts, u.asked[0].Action)
		require.Equal(t, [][]string{{"ue1-ef2 AS", "ue3-ef4 AS"}}, b.portNotes(), "the UE does not want to")
		u.answer = nil
		done, err = b.release(cfg, pair(1, 2))
		require.NoError(t, err)
		require.False(t, done)
		done, err = b.release(cfg, pair(1, 2))
		require.NoError(t, err, "as before")
		require.False(t, done)
		require.Len(t, b.ports(cfg), 2)
		b.sleep(time.Second)
		require.Equal(t, []string{"ue3-ef4"}, b.ports(cfg))
		require.Equal(t, [][]string{{"ue1-ef2 AS", "ue3-ef4 AS"}, {"ue3-ef4 AS"}}, b.portNotes())
	})
}

func TestReleasePortAtOnce(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-36", "T8-4.4.5.6.1-38")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		_, err := b.reserve(cfg, pair(1, 2), skips)
		require.NoError(t, err)
		done, err := b.release(cfg, pair(1, 2)) // while the UE is being told of the reservation
		require.NoError(t, err)
		require.True(t, done)
		require.Empty(t, b.ports(cfg))
		b.sleep(time.Second)
		last := u.asked[len(u.asked)-1]
		require.Equal(t, rds.PortMessage{Action: rds.NotifyPorts}, last, "nothing is reserved")
		require.Len(t, u.asked, 2)
	})
}

// TestAskingFails covers what keeps the SCEF from asking the UE.
func TestAskingFails(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-40", "T8-4.4.5.6.1-41", "T8-4.4.5.6.1-42", "T8-4.4.5.6.1-43", "T8-4.4.5.6.1-44", "T8-4.4.5.6.1-46", "T8-4.4.5.6.1-47")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		_, err := b.reserve(cfg, pair(1, 2))
		require.NoError(t, err)
		b.sleep(time.Second)
		b.notes = nil
		later := time.Now().Add(time.Hour).Truncate(time.Second)
		fails := func(cause string, at time.Time) {
			t.Helper()
			_, err := b.reserve(cfg, pair(3, 4))
			_, err2 := b.release(cfg, pair(1, 2))
			for _, err := range []error{err, err2} {
				f := fault.As(err)
				require.NotNil(t, f)
				require.Equal(t, 500, f.Status())
				require.Equal(t, cause, f.CauseText())
				require.True(t, at.Equal(f.RetryAt), "%v", f.RetryAt)
			}
			require.Equal(t, []string{"ue1-ef2"}, b.ports(cfg))
			require.Empty(t, b.portNotes())
		}
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) { return sleeping(later), nil }
		fails("TEMPORARILY_NOT_REACHABLE", later)
		b.wake()
		b.mme = result(diameter.UnableToComply)
		fails("NEXT_HOP", time.Time{})
		b.mme = noPeer
		fails("NEXT_HOP", time.Time{})
		b.mme = noAnswer
		fails("TIMEOUT", time.Time{})
		b.mme = u.take
		b.sleep(time.Hour)
		require.Equal(t, []string{"ue1-ef2"}, b.ports(cfg), "what failed is not done later")
		require.Empty(t, b.portNotes())
		b.mme = result(diameter.ErrorUserUnknown)
		fails("NO_PDN_CONNECTION", time.Time{})
		fails("NO_PDN_CONNECTION", time.Time{})
		b.mme = nil
		b.attach()
		b.notes = nil
		fails("FAILURE_RDS_DISABLED", time.Time{})
	})
}

func TestPortsNeedTheFeature(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-05")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsVerifies))
		u := withDevice(b)
		b.attachRDS()
		_, err := b.reserve(cfg, pair(1, 2), skips)
		require.ErrorIs(t, err, fault.OperationProhibited)
		_, err = b.reserve(cfg, pair(1, 2))
		require.ErrorIs(t, err, fault.OperationProhibited)
		_, err = b.release(cfg, pair(1, 2))
		require.ErrorIs(t, err, fault.OperationProhibited)
		require.Empty(t, b.sent())
		u.manage(rds.ReservePorts, rds.Port{UE: 1, SCEF: 2, Application: "x"})
		require.Equal(t, rds.PortNotFree, u.told[0].Status)
		require.Empty(t, b.ports(cfg))
	})
}

func TestPortsOfTheUE(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-39", "T8-4.4.5.6.2-01", "T8-4.4.5.6.2-02", "T8-4.4.5.6.2-03", "T8-4.4.5.6.2-04")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		mine := rds.Port{UE: 1, SCEF: 2, Application: "meter"}
		require.Equal(t, diameter.Success, u.manage(rds.ReservePorts, mine))
		require.Equal(t, []rds.PortMessage{{Action: rds.ReservePorts, Ports: []rds.Port{mine}}}, u.told)
		require.Equal(t, [][]string{{"ue1-ef2 UE"}}, b.portNotes())
		require.Equal(t, note{dest1, map[string]any{
			"niddConfiguration": t8.NIDDConfigurationURI(root1, as1, cfg), "externalId": string(ext1), "managedPorts": []any{map[string]any{
				"self": t8.NIDDPortURI(root1, as1, cfg, "ue1-ef2"), "appId": "meter", "manageEntity": "UE",
			}},
		}}, b.notes[0])
		_, err := b.release(cfg, pair(1, 2))
		require.ErrorIs(t, err, fault.OperationProhibited)
		require.Equal(t, 403, fault.As(err).Status())

		u.manage(rds.ReservePorts, mine)
		require.Equal(t, rds.PortSuccess, u.told[1].Status, "the answer may have got lost")
		require.Len(t, b.portNotes(), 1)
		u.manage(rds.ReservePorts, rds.Port{UE: 3, SCEF: 2, Application: "other"})
		require.Equal(t, rds.PortNotFree, u.told[2].Status)
		_, err = b.reserve(cfg, pair(5, 5), skips)
		require.NoError(t, err)
		b.sleep(time.Second)
		u.manage(rds.QueryPorts)
		require.Equal(t, []rds.Port{mine, {UE: 5, SCEF: 5, Application: "meter"}}, u.told[3].Ports)
		u.manage(rds.ReleasePorts, rds.Port{UE: 5, SCEF: 5})
		require.Equal(t, rds.PortNotFree, u.told[4].Status, "the SCS/AS has it")
		u.manage(rds.ReleasePorts, rds.Port{UE: 6, SCEF: 6})
		require.Equal(t, rds.PortNotAssociated, u.told[5].Status)
		u.manage(rds.ReleasePorts, mine)
		require.Equal(t, rds.PortSuccess, u.told[6].Status)
		require.Equal(t, [][]string{{"ue1-ef2 UE"}, {"ue5-ef5 AS"}}, b.portNotes())
		require.Equal(t, []string{"ue5-ef5"}, b.ports(cfg))
	})
}

// TestReservedPortsAreKnown lets reserved ports pass the verification, in both directions.
func TestReservedPortsAreKnown(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS("130"))
		u := withDevice(b)
		b.attachRDS()
		_, err := b.deliver(cfg, "x", overPorts(pair(1, 2)))
		require.ErrorIs(t, err, fault.RDSPortUnknown)
		_, err = b.reserve(cfg, pair(1, 2), skips)
		require.NoError(t, err)
		b.sleep(time.Second)
		_, err = b.deliver(cfg, "x", overPorts(pair(1, 2)))
		require.NoError(t, err)
		require.Equal(t, diameter.Success, u.send(rds.PortPair(1, 2), "up", false))
		_, err = b.release(cfg, pair(1, 2))
		require.NoError(t, err)
		require.Equal(t, diameter.UnableToDeliver, u.send(rds.PortPair(1, 2), "up", false))
	})
}

func TestFormats(t *testing.T) {
	covers(t, "T8-4.4.5.6.1-06", "T8-4.4.5.6.1-07", "T8-4.4.5.6.1-08", "T8-4.4.5.6.1-14", "T8-4.4.5.6.1-19")
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsAll))
		u := withDevice(b)
		u.answer = func(m rds.PortMessage) rds.PortMessage { // it has XML, but does not tell
			if len(m.Ports) > 0 && m.Ports[0].Formats&^rds.XML != 0 {
				m.Status = rds.FormatNotSupported
			}
			return m
		}
		b.attachRDS()
		_, err := b.reserve(cfg, pair(1, 2), speaks(t8.FormatJSON, t8.FormatCBOR, t8.FormatXML))
		require.NoError(t, err)
		b.sleep(time.Second)
		var tried []rds.Formats
		for _, m := range u.asked {
			tried = append(tried, m.Ports[0].Formats)
		}
		require.Equal(t, []rds.Formats{rds.JSON, rds.CBOR, rds.XML}, tried, "in the order of the SCS/AS")
		require.Equal(t, [][]string{{"ue1-ef2 AS XML"}}, b.portNotes())
		m, err := b.p.Port(t.Context(), as1, cfg, "ue1-ef2")
		require.NoError(t, err)
		require.Equal(t, t8.FormatXML, m.ConfiguredFormat)
		require.Equal(t, []t8.SerializationFormat{t8.FormatJSON, t8.FormatCBOR, t8.FormatXML}, m.SupportedFormats)

		u.asked = nil
		_, err = b.reserve(cfg, pair(3, 4), speaks(t8.FormatJSON, t8.FormatXML))
		require.NoError(t, err)
		b.sleep(time.Second)
		require.Len(t, u.asked, 1, "what the UE refused once is not proposed again")
		require.Equal(t, "ue3-ef4 AS XML", b.portNotes()[1][1])
	})
	t.Run("none", func(t *testing.T) {
		covers(t, "T8-4.4.5.6.1-29")
		run(t, func(t *testing.T, b *bench) {
			b.prof.RDS = policy.RDS{Formats: []string{"CBOR"}}
			b.restart()
			cfg := b.configure(withRDS(rdsAll))
			u := withDevice(b)
			b.attachRDS()
			_, err := b.reserve(cfg, pair(1, 2), speaks(t8.FormatJSON, t8.FormatXML))
			require.ErrorIs(t, err, fault.FormatNotSupported, "policy has none of them")
			require.Equal(t, 500, fault.As(err).Status())
			require.Equal(t, "SERIALIZATION_FORMAT_NOT_SUPPORTED", fault.As(err).CauseText())
			u.answer = func(m rds.PortMessage) rds.PortMessage {
				m.Status, m.Ports[0].Formats = rds.FormatNotSupported, rds.XML
				return m
			}
			_, err = b.reserve(cfg, pair(1, 2), speaks(t8.FormatCBOR, t8.FormatXML))
			require.NoError(t, err)
			b.sleep(time.Second)
			require.Equal(t, [][]string{{}}, b.portNotes())
			_, err = b.reserve(cfg, pair(1, 2), speaks(t8.FormatCBOR))
			require.ErrorIs(t, err, fault.FormatNotSupported, "the UE has refused it")
			report, ok := errors.AsType[t8.ReportError](err)
			require.True(t, ok)
			require.Equal(t, t8.RDSDownlinkDataDeliveryFailure{SupportedUEFormats: []t8.SerializationFormat{t8.FormatXML}}, report.Body)
		})
	})
	t.Run("of the UE", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(rdsAll))
			u := withDevice(b)
			b.attachRDS()
			u.manage(rds.ReservePorts, rds.Port{UE: 1, SCEF: 1, Application: "x", Formats: rds.XML | rds.JSON})
			require.Equal(t, rds.JSON, u.told[0].Ports[0].Formats)
			require.Equal(t, [][]string{{"ue1-ef1 UE JSON"}}, b.portNotes())
			_, err := b.reserve(cfg, pair(2, 2), skips, speaks(t8.FormatXML))
			require.NoError(t, err)
			b.sleep(time.Second)
			u.manage(rds.ReservePorts, rds.Port{UE: 3, SCEF: 3, Application: "x", Formats: rds.JSON})
			require.Equal(t, rds.FormatNotSupported, u.told[1].Status)
			require.Equal(t, rds.XML, u.told[1].Ports[0].Formats, "what the SCS/AS has")
			require.Len(t, b.ports(cfg), 2)
		})
	})
	t.Run("without the feature", func(t *testing.T) {
		run(t, func(t *testing.T, b *bench) {
			cfg := b.configure(withRDS(rdsManages))
			m, err := b.reserve(cfg, pair(1, 2), skips, speaks(t8.FormatCBOR))
			require.NoError(t, err)
			require.Empty(t, m.ConfiguredFormat)
		})
	})
}

// TestInquiryAfterCrash throws the Procedure away at each commit while the UE is being asked.
func TestInquiryAfterCrash(t *testing.T) {
	for at := range 12 {
		for _, mute := range []bool{false, true} {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure(withRDS(rdsManages))
				u := withDevice(b)
				b.attachRDS()
				u.mute = mute
				var err error
				b.crashAt(at, func() {
					_, err = b.reserve(cfg, pair(1, 2))
					b.sleep(time.Second)
				})
				b.sleep(10 * time.Minute)
				switch {
				case err == nil && mute:
					require.Equal(t, [][]string{{}}, b.portNotes(), "at commit %d", at)
				case err == nil:
					require.Equal(t, [][]string{{"ue1-ef2 AS"}}, b.portNotes(), "at commit %d", at)
					require.Equal(t, []string{"ue1-ef2"}, b.ports(cfg))
				}
				_, err = b.reserve(cfg, pair(3, 4))
				require.NoError(t, err, "nothing is left behind")
			})
		}
	}
}

// TestPortsOfASharedConnection tells the UE of reservations that end with their configuration.
func TestPortsOfASharedConnection(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages, pair(4, 4)))
		_, err := b.p.CreateConfiguration(t.Context(), "as2", &t8.NIDDConfiguration{
			ExternalID: ext1, NotificationDestination: dest1, RDSPorts: []t8.RDSPort{pair(5, 5)}, SupportedFeatures: rdsManages,
		})
		require.NoError(t, err)
		u := withDevice(b)
		b.attachRDS()
		_, err = b.reserve(cfg, pair(1, 2), skips)
		require.NoError(t, err)
		b.sleep(time.Second)
		u.manage(rds.ReservePorts, rds.Port{UE: 7, SCEF: 5, Application: "of as2"})
		require.Equal(t, rds.PortSuccess, u.told[0].Status, "the SCEF port says whose it is")
		u.manage(rds.ReservePorts, rds.Port{UE: 7, SCEF: 9, Application: "of nobody"})
		require.Equal(t, rds.PortNotFree, u.told[1].Status)
		u.manage(rds.ReservePorts, rds.Port{UE: 7, SCEF: 9, Application: "meter"})
		require.Equal(t, rds.PortSuccess, u.told[2].Status, "the application is that of the other reservation")
		require.Equal(t, []string{"ue1-ef2", "ue7-ef9"}, b.ports(cfg))
		require.NoError(t, b.p.DeleteConfiguration(t.Context(), as1, cfg))
		b.sleep(time.Minute)
		last := u.asked[len(u.asked)-1]
		require.Equal(t, rds.PortMessage{Action: rds.NotifyPorts, Ports: []rds.Port{{UE: 7, SCEF: 5, Application: "of as2"}}}, last)
	})
}

// TestInquiryEndsWithConnection ends an inquiry with the connection.
func TestInquiryEndsWithConnection(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		cfg := b.configure(withRDS(rdsManages))
		u := withDevice(b)
		b.attachRDS()
		u.mute = true
		_, err := b.reserve(cfg, pair(1, 2))
		require.NoError(t, err)
		b.detach()
		require.Equal(t, [][]string{{}}, b.portNotes())
	})
}
