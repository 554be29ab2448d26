package nidd

import (
	"time"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
	"github.com/scefkit/scefkit/t8"
)

// Config is an Individual NIDD configuration as it is stored (TS 29.122 §5.6.2.1.2).
type Config struct {
	ID         string
	SCSAS      id.SCSASID
	APN        id.APN // that the PDN connection of the UE must have
	IMSI       id.IMSI
	ExternalID id.ExternalID // as the SCS/AS or the HSS named the UE
	MSISDN     id.MSISDN
	ByMSISDN   bool // the SCS/AS named the UE by its MSISDN, so notifications do

	HSS           diameter.Identity // that answered for the UE
	Destination   string            // notificationDestination
	MTCProviderID string
	Features      t8.Features // negotiated
	Test          bool        // requestTestNotification, with the feature
	WebSocket     bool        // the SCS/AS has a websocketUri
	Option        t8.PDNEstablishmentOption
	Reliable      bool // reliableDataService
	Ports         []t8.RDSPort
	Duration      time.Time // when the SCS/AS or the SCEF wants it to end; zero: never
	GrantedUntil  time.Time // when the grant of the HSS ends; zero: never
	Status        ConfigState
	rds           configRDS

	ExternalGroupID id.ExternalGroupID // of a group; IMSI, ExternalID and MSISDN are empty then
	Generation      uint64             // of a group: that of the list of members that holds

	unknown []byte
}

// end returns when the configuration ends by itself, or the zero time.
func (c *Config) end() time.Time { return earliest(c.Duration, c.GrantedUntil) }

// identity returns how notifications name the UE.
func (c *Config) identity() (id.ExternalID, id.MSISDN) {
	if c.ByMSISDN {
		return "", c.MSISDN
	}
	if c.group() { // there is no other member that could tell of which group a status is
		return id.ExternalID(c.ExternalGroupID), ""
	}
	return c.ExternalID, ""
}

// configRef points from a UE to a configuration.
type configRef struct {
	SCSAS id.SCSASID
	ID    string
	APN   id.APN
	ports portSet // SCEF ports that lead to it; empty: it has the PDN connection for itself
	rds   bool    // the SCS/AS was told that it has the Reliable Data Service

	unknown []byte
}

// UE is what is stored of a UE: its PDN connections to this SCEF and the configurations that concern it.
type UE struct {
	IMSI        id.IMSI
	Connections []Connection
	configs     []configRef
	pending     uint64   // number of stored deliveries
	identities  []string // keys of the identity index that lead here

	unknown []byte
}

// Connection is an SCEF EPS bearer context: one T6a or T6b connection (TS 23.682 §5.13.1).
type Connection struct {
	EBI        uint8 // EPS bearer identity, or NSAPI on T6b
	APN        id.APN
	Node       diameter.Identity // MME or SGSN
	State      ConnectionState
	ChargingID uint32 // PDN-Connection-Charging-ID
	RATType    int32
	Visited    string // octets of Visited-PLMN-Id
	// UplinkRate and DownlinkRate are the Serving PLMN rate control, in NAS data PDUs per 6 minutes; nil: not given.
	UplinkRate, DownlinkRate *uint32
	ReachableUntil           time.Time // Maximum-UE-Availability-Time; zero: not known
	RetryAt                  time.Time // Releasing: when to repeat the release
	Tries                    uint64    // Releasing: releases sent
	Signs                    uint64    // how often the serving node showed that the UE is there
	rds                      connectionRDS

	Characteristics string      // 3GPP-Charging-Characteristics
	IMEI            string      // of Terminal-Information
	Opened          time.Time   // when it was established
	PausedUntil     time.Time   // stored data waits for a window of the rate control to end
	Rates           rateControl // what the UE was told

	unknown []byte
}

// Delivery is a downlink delivery: an Individual NIDD downlink data delivery once it is stored (TS 29.122 §5.6.2.1.3).
type Delivery struct {
	ID         string // orders the deliveries of a UE by age
	SCSAS      id.SCSASID
	ConfigID   string
	IMSI       id.IMSI
	Data       []byte
	Option     t8.PDNEstablishmentOption
	Priority   int           // greater goes first
	MaxLatency time.Duration // as asked for; negative: not given
	Expires    time.Time     // until when the data may be kept; at creation or before: not at all
	Reliable   bool
	Port       *t8.RDSPort
	GroupAPN   id.APN // of a delivery to a group, and of what it is for one UE: the APN of the configuration

	State        State
	Stored       bool // the delivery is a resource, and a record in the store
	Triggered    bool // a device trigger was sent
	TriggerOnly  bool // the data is not kept once the UE was triggered
	Acknowledged bool // Delivered: by the eNodeB
	NoRoute      bool // Asleep: because no peer led to the serving node
	NotBefore    time.Time
	Attempt      attempt // of the last TDR
	rds          deliveryRDS
	ReportTo     string // where the outcome is told if the configuration ends before; empty: nobody wants to know it then

	bearer        *Bearer  // that charging names for the last TDR; not stored
	counted       []string // parts of the counts of stored deliveries that it is in, see part
	countedOctets uint64   // there

	unknown []byte
}

// attempt identifies a TDR, so that it can be repeated as the same request, and says who is at it.
type attempt struct {
	EndToEnd  uint32
	SessionID string
	EBI       uint8
	Node      diameter.Identity
	Until     time.Time      // SCEF-Wait-Time
	Signs     uint64         // of the connection when the TDR was sent
	By        store.MemberID // who sends the TDR or the trigger; zero: a process without a cluster, or nobody

	limits *attemptLimits
}

// outcome is what is remembered of a delivery that is gone.
type outcome struct {
	State     State
	Triggered bool
	RetryAt   time.Time
	Until     time.Time

	unknown []byte
}

// configName names a configuration.
type configName struct {
	scsas id.SCSASID
	id    string
}

// config returns the configuration that the delivery belongs to.
func (d *Delivery) config() configName { return configName{d.SCSAS, d.ConfigID} }

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// connection returns the index of the connection with the bearer identity, or -1.
func (u *UE) connection(ebi uint8) int {
	for i := range u.Connections {
		if u.Connections[i].EBI == ebi {
			return i
		}
	}
	return -1
}

// byAPN returns the connection to the APN that carries data, or nil.
func (u *UE) byAPN(apn id.APN) *Connection {
	for i := range u.Connections {
		if c := &u.Connections[i]; c.APN.Equal(apn) && c.State != Releasing {
			return c
		}
	}
	return nil
}

// configFor returns the configuration for the APN, or nil.
func (u *UE) configFor(apn id.APN) *configRef {
	for i := range u.configs {
		if u.configs[i].APN.Equal(apn) {
			return &u.configs[i]
		}
	}
	return nil
}

// empty reports whether nothing is left that would be worth a record.
func (u *UE) empty() bool { return len(u.Connections) == 0 && len(u.configs) == 0 && u.pending == 0 }
