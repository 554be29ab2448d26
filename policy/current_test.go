package policy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/policy"
)

func TestNIDDCurrent(t *testing.T) {
	var c policy.NIDDCurrent
	_, ok := c.NIDD("as1")
	require.False(t, ok)
	require.Nil(t, c.APN("iot.example"))
	set, err := policy.NewNIDDSet(policy.NIDDByID{"as1": {APN: "iot.example"}}, map[id.APN]policy.APN{"iot.example": {Quota: policy.Quota{Messages: 1}}})
	require.NoError(t, err)
	c.Store(set)
	n, ok := c.NIDD("as1")
	require.True(t, ok)
	require.Equal(t, policy.DefaultMaximumPacketSize, n.MaximumPacketSize)
	require.EqualValues(t, 1, c.APN("IOT.example").Quota.Messages)
}
