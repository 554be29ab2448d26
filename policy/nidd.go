package policy

import (
	"time"

	"github.com/scefkit/scefkit/id"
)

// NIDD says what an SCS/AS may do with non-IP data delivery, and which alternative is taken where TS 29.122 §4.4.5
// leaves one open. The zero value of a field is its default.
type NIDD struct {
	// APN that the UEs of the SCS/AS use; the SCEF chooses it, the SCS/AS never names it. Required.
	APN id.APN
	// MaximumPacketSize of non-IP data in octets, 1 to 65535; told to the UE that asks for its link MTU, and to the
	// SCS/AS (there in bits). Default 1358.
	MaximumPacketSize int
	// MaximumLatency is how long downlink data is kept for a UE that cannot be reached, when the request does not say;
	// default 24 h. LatencyLimit, if not 0, caps what a request may ask for. NoBuffering keeps nothing at all.
	MaximumLatency time.Duration
	LatencyLimit   time.Duration
	NoBuffering    bool
	// PDNEstablishmentOption is taken when neither the request nor the configuration names one: WAIT_FOR_UE,
	// INDICATE_ERROR or SEND_TRIGGER. Default WAIT_FOR_UE.
	PDNEstablishmentOption string
	// DropTriggered makes SEND_TRIGGER drop the data after the trigger instead of keeping it for the UE.
	DropTriggered bool
	// MaximumDuration caps the duration of a configuration; 0 means that it may be open-ended.
	MaximumDuration time.Duration
	// KeepRevoked keeps a configuration whose authorisation the HSS revoked; downlink data is then answered with 403.
	// Otherwise the resource is removed and downlink data is answered with 404 (§4.4.5.5).
	KeepRevoked bool
	// NoContent answers a PUT or PATCH that succeeded with 204 instead of 200 and the resource.
	NoContent bool
	// RDS says how the Reliable Data Service is offered on the APN.
	RDS RDS
	// Quota bounds the downlink data of the SCS/AS, UEQuota that for each of its UEs. When what may be stored for a UE is
	// used up, data of higher priority takes the place of stored data; otherwise it is refused (403, QUOTA_EXCEEDED).
	Quota   Quota
	UEQuota Quota
}

// RDS says how the Reliable Data Service (TS 24.250) is offered to an SCS/AS and its UEs. The zero value offers all of it.
type RDS struct {
	// Off offers none of it: reliableDataService is shown as false, and UEs that ask for it are not granted it.
	Off bool
	// NoPortVerification, NoDynamicPorts and NoFormats do not offer the features Rds_port_verification, Rds_dynamic_port and
	// Rds_serialization_format.
	NoPortVerification, NoDynamicPorts, NoFormats bool
	// Formats are the serialization formats that may be configured for a port, the preferred first, as "CBOR". Default: all
	// that the SCS/AS names, in its order.
	Formats []string
}

// DefaultMaximumPacketSize is the non-IP link MTU in octets where policy names none.
const DefaultMaximumPacketSize = 1358

// DefaultMaximumLatency is how long downlink data is kept where neither request nor policy says.
const DefaultMaximumLatency = 24 * time.Hour

// WithDefaults returns n with the defaults filled in.
func (n NIDD) WithDefaults() NIDD {
	if n.MaximumPacketSize == 0 {
		n.MaximumPacketSize = DefaultMaximumPacketSize
	}
	if n.MaximumLatency == 0 {
		n.MaximumLatency = DefaultMaximumLatency
	}
	if n.PDNEstablishmentOption == "" {
		n.PDNEstablishmentOption = "WAIT_FOR_UE"
	}
	return n
}

// NIDDProfiles says which NIDD policy applies to an SCS/AS. NIDD returns false for one that may not use NIDD at all.
// Safe for concurrent use.
type NIDDProfiles interface {
	NIDD(scsas id.SCSASID) (NIDD, bool)
}

// NIDDByID is a fixed set of profiles.
type NIDDByID map[id.SCSASID]NIDD

// NIDD returns the profile of the SCS/AS with its defaults.
func (m NIDDByID) NIDD(scsas id.SCSASID) (NIDD, bool) {
	n, ok := m[scsas]
	return n.WithDefaults(), ok
}
