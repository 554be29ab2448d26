package fleet

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/sim"
	"github.com/scefkit/scefkit/t8"
)

// tagSize is the number of octets by which data is recognised when it arrives.
const tagSize = 8

// tagged returns data of a size that begins with a tag.
func tagged(tag uint64, size int) []byte {
	data := make([]byte, size)
	binary.BigEndian.PutUint64(data, tag)
	for i := tagSize; i < size; i++ {
		data[i] = '.'
	}
	return data
}

// tagOf returns the tag of data, or 0, which none has, when it is not ours.
func tagOf(data []byte) uint64 {
	if len(data) < tagSize {
		return 0
	}
	return binary.BigEndian.Uint64(data)
}

// report sends uplink data. Its tag is the time when it was due, and one.
func (f *Fleet) report(ctx context.Context, d *device, e entry) {
	d.mu.Lock()
	out := d.radio.out
	d.mu.Unlock()
	if out {
		f.books.reported(d.kind, "no coverage")
		return
	}
	m := f.announce(ctx, d)
	reason := ""
	if err := f.connected(ctx, m, d); err != nil {
		reason = reasonOf("CMA", err)
	} else if err := m.Uplink(ctx, d.ue, sim.Uplink{Data: tagged(uint64(e.due)+1, f.stream(e).Size)}); err != nil {
		reason = reasonOf("ODA", err)
	}
	if reason != "" && ctx.Err() != nil {
		return // it stays pending
	}
	f.books.reported(d.kind, reason)
}

// announce tells the SCEF that the device can be reached, if it waits for that, and returns the MME of the device.
func (f *Fleet) announce(ctx context.Context, d *device) *sim.MME {
	m := f.net.MMEs[d.n%len(f.net.MMEs)]
	if err := m.Announce(ctx, d.ue, time.Time{}); err != nil && ctx.Err() == nil {
		f.books.signalling(d.kind)
	}
	return m
}

// connected makes sure that the device has a connection: the network may have released it.
func (f *Fleet) connected(ctx context.Context, m *sim.MME, d *device) error {
	if len(m.Bearers(d.ue)) > 0 {
		return nil
	}
	if d.ue.Serving() == nil {
		return d.ue.Attach(ctx, m, f.s.APN)
	}
	_, err := m.Connect(ctx, d.ue, f.s.APN)
	return err
}

func reasonOf(answer string, err error) string {
	if r := sim.ResultOf(err); r.Code != 0 {
		return answer + " " + r.String()
	}
	return "no " + answer
}

// command sends downlink data, and notes what its answer says.
func (f *Fleet) command(ctx context.Context, d *device, e entry) {
	tag := f.books.post(d.kind, e.due)
	s := f.stream(e)
	t := &t8.NIDDDownlinkDataTransfer{ExternalID: f.s.externalID(d.ue.IMSI()), Data: tagged(tag, s.Size)}
	if s.MaximumLatency > 0 {
		t.MaximumLatency = new(t8.DurationSec(s.MaximumLatency))
	}
	got, err := f.net.T8.CreateDelivery(ctx, f.net.SCSAS, d.config, t)
	switch {
	case err != nil && ctx.Err() != nil: // it stays pending
	case err != nil:
		f.books.failed(tag, fault.As(err).Code.String())
	case got.Self == "":
		f.books.delivered(tag)
	default:
		f.books.stored(tag, f.now(), deliveryOf(got.Self))
	}
}
