package t8

import "sync"

// freshOctets bounds the records that fresh keeps.
const freshOctets = 8 << 20

// fresh keeps the records of entries whose transactions were committed lately, by their sequence numbers, so that they
// need not be read from the store. What is not here may be there. When it is full it forgets the oldest. The zero value
// is empty.
type fresh struct {
	mu      sync.Mutex
	records map[uint64][]byte // guarded by mu
	order   []uint64          // guarded by mu; as they came; some of them are gone
	size    int               // guarded by mu; octets
}

// put adds a record, which is durable. It is not changed any more.
func (f *fresh) put(seq uint64, record []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.records == nil {
		f.records = map[uint64][]byte{}
	}
	f.records[seq] = record
	f.order = append(f.order, seq)
	f.size += len(record) + freshCost
	for f.size > freshOctets {
		f.drop(f.order[0])
		f.order = f.order[1:]
	}
	if len(f.order) > 2*len(f.records)+1024 {
		kept := make([]uint64, 0, len(f.records)+1024)
		for _, seq := range f.order {
			if _, ok := f.records[seq]; ok {
				kept = append(kept, seq)
			}
		}
		f.order = kept
	}
}

// freshCost is about what a record takes beside its octets.
const freshCost = 64

func (f *fresh) drop(seq uint64) {
	if r, ok := f.records[seq]; ok {
		f.size -= len(r) + freshCost
		delete(f.records, seq)
	}
}

// get appends a record, or nil, for each sequence number.
func (f *fresh) get(to [][]byte, seqs []uint64) [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, seq := range seqs {
		to = append(to, f.records[seq])
	}
	return to
}

// forget removes what was deleted from the store.
func (f *fresh) forget(gone []entry) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range gone {
		f.drop(e.seq)
	}
}
