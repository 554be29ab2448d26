package nidd

import "time"

// ConnectionState is where an SCEF EPS bearer context stands (TS 29.128 §5.7, §5.8).
type ConnectionState uint8

// The states. Down is the state of a connection that does not exist.
const (
	Down      ConnectionState = iota
	Up                        // established, the UE takes data
	UpAsleep                  // established, but the serving node said that the UE sleeps
	Releasing                 // the SCEF wants it released; the serving node has not confirmed it yet
	numConnStates
)

var connectionStateNames = []string{"Down", "Up", "UpAsleep", "Releasing"}

func (s ConnectionState) String() string { return name(connectionStateNames, s) }

// ConnectionEvent is something that happened to a connection.
type ConnectionEvent uint8

// The events.
const (
	Establish    ConnectionEvent = iota // CMR establishment
	Update                              // CMR update without UE-Reachable-Indicator
	UpdateMoved                         // CMR update from another serving node
	UpdateWake                          // CMR update with UE-Reachable-Indicator
	Release                             // CMR release
	UESlept                             // TDA: USER_TEMPORARILY_UNREACHABLE
	Gone                                // TDA: the serving node does not know it
	Close                               // the configuration ended or was revoked: the SCEF wants it released
	Closed                              // CMA to our release: success, or the serving node does not know it
	CloseGivenUp                        // the serving node did not answer our releases
	numConnEvents
)

var connectionEventNames = []string{
	"Establish", "Update", "UpdateMoved", "UpdateWake", "Release", "UESlept", "Gone", "Close", "Closed", "CloseGivenUp",
}

func (e ConnectionEvent) String() string { return name(connectionEventNames, e) }

// connAction is what the driver has to do after a step of a connection.
type connAction uint8

const (
	wakeData    connAction = iota // stored data of the UE, for any of its connections, may go out
	sendRelease                   // send CMR release to the serving node
)

var connActionNames = []string{"wakeData", "sendRelease"}

func (a connAction) String() string { return name(connActionNames, a) }

const clauseSCEF = "TS 29.128 §5.8.2"

var (
	wakes    = []connAction{wakeData}
	releases = []connAction{sendRelease}
	anyConn  = guard[Connection]{}
)

// connectionTable is the life of a T6a/T6b connection at the SCEF. An establishment for a bearer that has a context
// replaces it: the serving node lost its state.
var connectionTable = table[ConnectionState, ConnectionEvent, Connection, connAction]{
	{Down, Establish, anyConn, Up, wakes, clauseT6a},
	{Up, Establish, anyConn, Up, wakes, clauseT6a},
	{UpAsleep, Establish, anyConn, Up, wakes, clauseT6a},
	{Releasing, Establish, anyConn, Up, wakes, clauseT6a},
	{Up, Update, anyConn, Up, nil, clauseT6a},
	{UpAsleep, Update, anyConn, UpAsleep, nil, clauseT6a},
	{Releasing, Update, anyConn, Releasing, nil, clauseT6a},
	{Up, UpdateMoved, anyConn, Up, wakes, clauseFlow},
	{UpAsleep, UpdateMoved, anyConn, Up, wakes, clauseFlow},
	{Releasing, UpdateMoved, anyConn, Releasing, releases, clauseFlow},
	{Up, UpdateWake, anyConn, Up, wakes, clauseT6a},
	{UpAsleep, UpdateWake, anyConn, Up, wakes, clauseT6a},
	{Releasing, UpdateWake, anyConn, Releasing, nil, clauseT6a},
	{Up, Release, anyConn, Down, nil, clauseT6a},
	{UpAsleep, Release, anyConn, Down, nil, clauseT6a},
	{Releasing, Release, anyConn, Down, nil, clauseT6a},
	{Up, UESlept, anyConn, UpAsleep, nil, clauseTDA},
	{UpAsleep, UESlept, anyConn, UpAsleep, nil, clauseTDA},
	{Up, Gone, anyConn, Down, nil, clauseTDA},
	{UpAsleep, Gone, anyConn, Down, nil, clauseTDA},
	{Releasing, Gone, anyConn, Down, nil, clauseTDA},
	{Up, Close, anyConn, Releasing, releases, clauseSCEF},
	{UpAsleep, Close, anyConn, Releasing, releases, clauseSCEF},
	{Releasing, Close, anyConn, Releasing, nil, clauseSCEF},
	{Releasing, Closed, anyConn, Down, nil, clauseSCEF},
	{Releasing, CloseGivenUp, anyConn, Down, nil, clauseSCEF},
}

// step applies ev to the connection; see Step for the rules.
func (c Connection) step(ev ConnectionEvent, now time.Time) (Connection, []connAction, error) {
	e := connectionTable.find(c.State, ev, &c, now)
	if e == nil {
		return c, nil, &UnexpectedEventError{"connection", c.State, ev}
	}
	if c.State != e.to {
		c.RetryAt, c.Tries = time.Time{}, 0
	}
	c.State = e.to
	switch ev {
	case Establish, UpdateMoved, UpdateWake:
		c.Signs++
	}
	return c, e.do, nil
}
