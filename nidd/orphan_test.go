package nidd_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scefkit/scefkit/diameter"
	"github.com/scefkit/scefkit/s6t"
	"github.com/scefkit/scefkit/t6a"
)

// Stored data that is being sent when its configuration ends has an outcome as all other stored data, and the SCS/AS is
// told, unless it deleted the configuration itself.
func TestConfigurationEndsWhileSending(t *testing.T) {
	revoke := func(b *bench, _ string) {
		b.authorise(diameter.Success, s6t.UserIdentifier{UserName: imsi1}, s6t.APNValidityTime{GrantedValidityTime: time.Now().Add(-time.Second)})
	}
	remove := func(b *bench, cfg string) {
		require.NoError(b.t, b.p.DeleteConfiguration(b.t.Context(), as1, cfg))
	}
	for name, c := range map[string]struct {
		end    func(b *bench, cfg string)
		answer *t6a.TDA // nil: success
		crash  bool
		told   []string
	}{
		"it arrives":                 {revoke, nil, false, []string{"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}},
		"the UE sleeps":              {revoke, sleeping(time.Time{}), false, []string{"FAILURE"}},
		"a crash":                    {revoke, nil, true, []string{"FAILURE_TIMEOUT"}},
		"deleted, and the UE sleeps": {remove, sleeping(time.Time{}), false, []string{}},
		"deleted, and it arrives":    {remove, nil, false, []string{}},
		"deleted and a crash":        {remove, nil, true, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, b *bench) {
				cfg := b.configure()
				b.buffer(cfg, "x")
				answer := make(chan struct{})
				b.mme = func(*t6a.TDR) (*t6a.TDA, error) {
					<-answer
					return c.answer, nil
				}
				b.attach()
				c.end(b, cfg)
				if c.crash {
					stopped := make(chan struct{})
					go func() {
						b.stop()
						close(stopped)
					}()
					synctest.Wait() // what is answered now comes too late
					close(answer)
					<-stopped
					b.start()
				} else {
					close(answer)
				}
				b.sleep(time.Minute)
				require.Equal(t, c.told, b.notified("deliveryStatus"))
				require.Zero(t, b.keys("d"))
			})
		})
	}
}
