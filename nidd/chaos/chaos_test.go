// Package chaos tests nidd against a model, by random plans: SCS/AS, UEs, serving nodes and the HSS do what they like,
// messages and transactions take their time, neighbours fail, lines are cut, and the process is killed between any two
// things that it does, upon which the next one goes on with what is in the store; in some plans as a member of a cluster.
// What is promised all the same is in model_test.go and end_test.go.
//
// TestChaos tries some plans, the same each time, or others for SCEFKIT_TEST_CHAOS, as "10m". What fails is made smaller by rapid, and
// printed with all that happened.
package chaos

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// play runs a plan in a bubble, where hours pass in milliseconds, and returns what is wrong.
func play(t *testing.T, p plan, tr tricks) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v\n%v", r, p) // goroutines that are left, as a rule
		}
	}()
	synctest.Test(t, func(*testing.T) {
		w, e := newWorld(p, tr)
		if e != nil {
			err = e
			return
		}
		err = w.run()
	})
	return err
}

func TestChaos(t *testing.T) {
	var long time.Duration
	s, isLong := os.LookupEnv("SCEFKIT_TEST_CHAOS")
	if isLong {
		var err error
		long, err = time.ParseDuration(s)
		require.NoError(t, err)
	}
	// What failed once is not tried first the next time: it may depend on the order of goroutines.
	require.NoError(t, flag.Set("rapid.nofailfile", "true"))
	if !isLong && flag.Lookup("rapid.seed").Value.String() == "0" {
		require.NoError(t, flag.Set("rapid.seed", "1")) // the same plans each time: whoever changes something else finds nothing new here
	}
	runs, done := 0, 0
	begin := time.Now()
	var first error // as it was before it was made smaller; what depends on the order of goroutines may not come again
	defer func() {
		if t.Failed() {
			t.Log("the first failure: ", first)
		}
		t.Logf("%d plans, %d steps", runs, done)
	}()
	for runs == 0 || time.Since(begin) < long && !t.Failed() {
		rapid.Check(t, func(r *rapid.T) {
			if isLong && time.Since(begin) > long && first == nil {
				return
			}
			p := plans.Draw(r, "plan")
			runs++
			done += len(p.Steps)
			if err := play(t, p, tricks{}); err != nil {
				if first == nil {
					first = err
				}
				r.Log(err)
				r.Fatal("a promise is broken") // the same words each time, since rapid compares them
			}
		})
	}
}
