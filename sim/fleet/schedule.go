package fleet

import (
	"context"
	"sync"
	"time"
)

// now is the time since the begin of the run.
func (f *Fleet) now() time.Duration { return time.Since(f.begin) }

// play does what is due until the end, and returns when that was. What is under way then is waited for.
func (f *Fleet) play(ctx context.Context) (time.Duration, error) {
	jobs := make(chan entry)
	var wg sync.WaitGroup
	for range f.net.Workers {
		wg.Go(func() {
			for e := range jobs {
				f.do(ctx, e)
			}
		})
	}
	defer wg.Wait()
	defer close(jobs)
	err := f.schedule(ctx, jobs)
	return min(f.now(), f.s.Duration), err
}

// schedule hands what is due to the workers, until the end of the run.
func (f *Fleet) schedule(ctx context.Context, jobs chan<- entry) error {
	t := time.NewTimer(0)
	defer t.Stop()
	left := f.s.Limit
	for {
		now := f.now()
		if now >= f.s.Duration {
			return nil
		}
		e, ok, due := f.agenda.next(now)
		if !ok {
			t.Reset(min(due, f.s.Duration) - now)
			select {
			case <-t.C:
			case <-f.agenda.sooner:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		if !f.devices[e.device].due(e) {
			continue
		}
		select {
		case jobs <- e:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		f.books.late(f.now() - e.due)
		if e.what == report || e.what == command {
			if left--; left == 0 {
				return nil
			}
		}
	}
}

// do carries out what takes time. It is called by the workers.
func (f *Fleet) do(ctx context.Context, e entry) {
	d := &f.devices[e.device]
	switch e.what {
	case report:
		f.report(ctx, d, e)
	case command:
		f.command(ctx, d, e)
	default:
		f.announce(ctx, d)
	}
}

// stream returns the traffic that an entry is about.
func (f *Fleet) stream(e entry) *Traffic {
	k := &f.s.Kinds[f.devices[e.device].kind]
	if e.what == command {
		return &k.Downlink[e.stream]
	}
	return &k.Uplink[e.stream]
}
