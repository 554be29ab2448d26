package nidd

import (
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/internal/recent"
	"github.com/scefkit/scefkit/store"
)

// decoded remembers records that were decoded lately, since the record of a busy UE is read far more often than it
// changes. Nothing can be out of date: what counts are the octets that the store gives.
type decoded[R any] struct{ table recent.Table[octetsOf[R]] }

type octetsOf[R any] struct {
	octets string
	record *R
}

// How many records of each kind are remembered; they take 1 KiB or less each.
const decodedRecords = 1 << 13

func newDecoded[R any]() decoded[R] { return decoded[R]{recent.New[octetsOf[R]](decodedRecords)} }

// get returns the record in b, which others may read at the same time: it must not be changed.
func (d *decoded[R]) get(key string, b []byte, decode func([]byte) (*R, error)) (*R, error) {
	if known := d.table.Get(key); known != nil && known.octets == string(b) {
		return known.record, nil
	}
	r, err := decode(b)
	if err == nil {
		d.table.Put(key, octetsOf[R]{string(b), r})
	}
	return r, err
}

// readUE is getUE for those who only read.
func (p *Procedure) readUE(r store.Reader, ue id.IMSI) (*UE, error) {
	b, err := r.Get(ueKey(ue))
	if b == nil || err != nil {
		return nil, err
	}
	return p.ues.get(string(ue), b, decodeUE)
}

// readConfig is getConfig for those who only read.
func (p *Procedure) readConfig(r store.Reader, scsas id.SCSASID, configID string) (*Config, error) {
	b, err := r.Get(configKey(scsas, configID))
	if b == nil || err != nil {
		return nil, err
	}
	return p.configs.get(configID, b, decodeConfig)
}
