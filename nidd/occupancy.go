package nidd

import (
	"context"
	"time"

	"github.com/scefkit/scefkit/store"
)

// Occupancy is how much downlink data waits for UEs.
type Occupancy struct {
	Deliveries int       // that are stored
	Octets     int64     // of their data
	Oldest     time.Time // when the oldest of them was kept; zero: there is none
}

// occupancyPage is how many deliveries Occupancy reads in one transaction.
const occupancyPage = 1000

// Occupancy counts the downlink data in the store, by whichever node of a cluster it was kept. It reads every stored
// delivery, some hundred in a transaction, and so is meant for an operator who looks now and then: a million takes some
// seconds. What changes meanwhile may be counted or not. The error is that of the store or of ctx.
func (p *Procedure) Occupancy(ctx context.Context) (Occupancy, error) {
	const op = "nidd.Occupancy"
	var o Occupancy
	from := store.Key(keyPrefix + "d/")
	end := store.PrefixEnd(from)
	for from != nil {
		var page Occupancy
		var last []byte
		err := p.Store.View(ctx, func(r store.Reader) error {
			page, last = Occupancy{}, nil
			for kv, err := range r.Scan(from, end, false) {
				if err != nil {
					return err
				}
				d, err := decodeDelivery(kv.Value)
				if err != nil {
					return err
				}
				page.Deliveries++
				page.Octets += int64(len(d.Data))
				page.Oldest = earliest(page.Oldest, bornAt(d.ID))
				if page.Deliveries == occupancyPage {
					last = append(last, kv.Key...)
					return nil
				}
			}
			return nil
		})
		if err != nil {
			return Occupancy{}, failed(op, err)
		}
		o.Deliveries += page.Deliveries
		o.Octets += page.Octets
		o.Oldest = earliest(o.Oldest, page.Oldest)
		from = nil
		if last != nil {
			from = append(last, 0)
		}
	}
	return o, nil
}
