package nidd_test

import (
	"errors"
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

var groupsWithPorts = t8.FeatureSet(append(withGroups.Numbers(), t8.FeatureRDSPortVerification)...)

// TestGroupWithRDS sends data to a group of which one member has no Reliable Data Service.
func TestGroupWithRDS(t *testing.T) {
	covers(t, "T8-4.4.5.3.2-04", "T8-4.4.5.3.2-10", "T8-4.4.5.3.2-13", "T8-4.4.5.3.2-34", "T8-4.4.5.3.2-35", "T8-4.4.5.3.2-36")
	run(t, func(t *testing.T, b *bench) {
		b.names(members(1, 2, 3, 4), 100)
		cfg := b.configureGroup(withRDS(groupsWithPorts, pair(1, 2)), func(c *t8.NIDDConfiguration) {
			c.ExternalID, c.ExternalGroupID = "", group1
		})
		_, err := b.deliverGroup(cfg, "x", overPorts(pair(2, 1)))
		require.ErrorIs(t, err, fault.RDSPortUnknown)
		require.Equal(t, 403, fault.As(err).Status())
		require.Zero(t, b.groupKeys("d"))

		b.asks(diameter.Success, cmr(establish, ofUE(1), asksRDS))
		b.asks(diameter.Success, cmr(establish, ofUE(2)))
		b.asks(diameter.Success, cmr(establish, ofUE(3), asksRDS))
		_, err = b.deliverGroup(cfg, "x", overPorts(pair(1, 2)), reliable, latency(time.Minute))
		require.NoError(t, err)
		b.asks(diameter.Success, cmr(establish, ofUE(4)))
		b.sleep(2 * time.Minute)
		require.Equal(t, []map[string]string{{
			groupExt(1): sentOK, groupExt(2): "FAILURE_RDS_DISABLED", groupExt(3): sentOK, groupExt(4): "FAILURE_RDS_DISABLED",
		}}, b.results())
		require.Equal(t, map[string]int{groupIMSI(1): 1, groupIMSI(3): 1}, b.tdrsTo())
		for _, q := range b.tdrs {
			f, err := rds.DefaultCodec{}.Parse(q.NonIPData)
			require.NoError(t, err)
			require.Equal(t, "UI 2>1 N(U)=0, 1 octets", f.String())
		}
		require.Equal(t, diameter.Success, func() diameter.Result {
			ans := b.tell(odr("\x38\x00\x12up", func(c *t6a.ODR) { c.UserIdentifier.UserName = groupIMSI(1) }))
			r, _ := diameter.ResultOf(ans)
			return r
		}(), "data of a member over the ports of the group")
		require.Equal(t, "up", string(b.posts[0].Data))
		require.EqualValues(t, groupExt(1), b.posts[0].ExternalID)
	})
}

// TestGroupWithRDSKilled ends the process while data for a member is being sent: what is repeated is a frame, too.
func TestGroupWithRDSKilled(t *testing.T) {
	run(t, func(t *testing.T, b *bench) {
		b.names(members(1), 100)
		cfg := b.configureGroup(withRDS(groupsWithPorts), func(c *t8.NIDDConfiguration) {
			c.ExternalID, c.ExternalGroupID = "", group1
		})
		b.asks(diameter.Success, cmr(establish, ofUE(1), asksRDS))
		sent := make(chan struct{})
		b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
			<-sent
			return nil, errors.Join(diameter.ErrSent, diameter.ErrClosed)
		}
		_, err := b.deliverGroup(cfg, "x")
		require.NoError(t, err)
		stopped := make(chan struct{})
		go func() {
			b.stop()
			close(stopped)
		}()
		synctest.Wait() // it waits for the TDR
		close(sent)
		<-stopped
		b.mme = nil
		b.start()
		b.sleep(time.Minute)
		require.Len(t, b.tdrs, 2)
		for _, q := range b.tdrs {
			f, err := rds.DefaultCodec{}.Parse(q.NonIPData)
			require.NoError(t, err)
			require.Equal(t, rds.UI, f.Kind)
			require.Equal(t, "x", string(f.Info))
		}
		require.Equal(t, []map[string]string{{groupExt(1): sentOK}}, b.results())
	})
}
