package nidd

import (
	"time"

	"github.com/scefkit/scefkit/t8"
)

// ConfigState is where an NIDD configuration stands (TS 29.122 §5.6.3, NiddStatus).
type ConfigState uint8

// The states. Ended is the state of a configuration that does not exist any more.
const (
	Active  ConfigState = iota
	Revoked             // kept, but the HSS took the authorisation back: downlink data is refused with 403
	Ended
	numConfigStates
)

var configStateNames = []string{"Active", "Revoked", "Ended"}

func (s ConfigState) String() string { return name(configStateNames, s) }

// status returns the NIDD status of T8.
func (s ConfigState) status() t8.NIDDStatus {
	if s == Active {
		return t8.NIDDActive
	}
	return t8.NIDDTerminatedUENotAuthorized
}

// ConfigEvent is something that happened to a configuration.
type ConfigEvent uint8

// The events.
const (
	GrantUpdated   ConfigEvent = iota // the HSS changed the grant (NIR with a Granted-Validity-Time to come)
	RevokeAndKeep                     // the grant was revoked or ran out; policy keeps the resource
	RevokeAndEnd                      // the grant was revoked or ran out; policy removes the resource
	DurationPassed                    // duration has come
	Deleted                           // DELETE by the SCS/AS
	numConfigEvents
)

var configEventNames = []string{"GrantUpdated", "RevokeAndKeep", "RevokeAndEnd", "DurationPassed", "Deleted"}

func (e ConfigEvent) String() string { return name(configEventNames, e) }

// configAction is what the driver has to do after a step of a configuration.
type configAction uint8

const (
	reportActive        configAction = iota // notify ACTIVE
	reportNotAuthorized                     // notify TERMINATED_UE_NOT_AUTHORIZED
	reportTerminated                        // notify TERMINATED
	closeConnections                        // release the PDN connection to the APN
	cancelDeliveries                        // drop the stored deliveries; the SCS/AS wanted it so
	abandonDeliveries                       // drop the stored deliveries and report them as failed
)

var configActionNames = []string{
	"reportActive", "reportNotAuthorized", "reportTerminated", "closeConnections", "cancelDeliveries", "abandonDeliveries",
}

func (a configAction) String() string { return name(configActionNames, a) }

const (
	clauseAuth   = "TS 29.122 §4.4.5.5"
	clauseConfig = "TS 29.122 §4.4.5.2.1"
)

var anyConfig = guard[Config]{}

// configTable is the life of an NIDD configuration of a single UE.
var configTable = table[ConfigState, ConfigEvent, Config, configAction]{
	{Active, GrantUpdated, anyConfig, Active, []configAction{reportActive}, clauseAuth},
	{Revoked, GrantUpdated, anyConfig, Active, []configAction{reportActive}, clauseAuth},
	{Active, RevokeAndKeep, anyConfig, Revoked, []configAction{reportNotAuthorized, abandonDeliveries, closeConnections}, clauseAuth},
	{Revoked, RevokeAndKeep, anyConfig, Revoked, nil, clauseAuth},
	{Active, RevokeAndEnd, anyConfig, Ended, []configAction{reportNotAuthorized, abandonDeliveries, closeConnections}, clauseAuth},
	{Revoked, RevokeAndEnd, anyConfig, Ended, nil, clauseAuth},
	{Active, DurationPassed, anyConfig, Ended, []configAction{reportTerminated, abandonDeliveries, closeConnections}, clauseConfig},
	{Revoked, DurationPassed, anyConfig, Ended, []configAction{reportTerminated}, clauseConfig},
	{Active, Deleted, anyConfig, Ended, []configAction{cancelDeliveries, closeConnections}, clauseConfig},
	{Revoked, Deleted, anyConfig, Ended, []configAction{cancelDeliveries}, clauseConfig},
}

// step applies ev to the configuration; see Step for the rules.
func (c Config) step(ev ConfigEvent, now time.Time) (Config, []configAction, error) {
	e := configTable.find(c.Status, ev, &c, now)
	if e == nil {
		return c, nil, &UnexpectedEventError{"configuration", c.Status, ev}
	}
	c.Status = e.to
	return c, e.do, nil
}
