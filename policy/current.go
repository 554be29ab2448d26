package policy

import (
	"sync/atomic"

	"github.com/scefkit/scefkit/id"
)

// NIDDCurrent is a [NIDDSet] that can be exchanged while it is in use. The zero value allows nobody anything. After an
// exchange, nidd.Procedure.UpdateRates tells the UEs of an APN its new limits. Safe for concurrent use.
type NIDDCurrent struct{ set atomic.Pointer[NIDDSet] }

var (
	_ NIDDProfiles = (*NIDDCurrent)(nil)
	_ APNProfiles  = (*NIDDCurrent)(nil)
)

// Store makes s the set that holds from now on.
func (c *NIDDCurrent) Store(s NIDDSet) { c.set.Store(&s) }

// NIDD implements [NIDDProfiles].
func (c *NIDDCurrent) NIDD(scsas id.SCSASID) (NIDD, bool) {
	if s := c.set.Load(); s != nil {
		return s.NIDD(scsas)
	}
	return NIDD{}, false
}

// APN implements [APNProfiles].
func (c *NIDDCurrent) APN(apn id.APN) *APN {
	if s := c.set.Load(); s != nil {
		return s.APN(apn)
	}
	return nil
}
