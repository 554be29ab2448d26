package nidd

import (
	"context"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
	"github.com/scefkit/scefkit/store"
)

// Where things lie. Every key begins with "nidd/" and a letter for its table.
const keyPrefix = "nidd/"

var timerPrefix = []byte(keyPrefix + "t/")

func configKey(scsas id.SCSASID, configID string) store.Key {
	room := make([]byte, 0, len(keyPrefix)+len(scsas)+len(configID)+6)
	return store.AppendText(store.AppendText(append(room, keyPrefix+"c/"...), string(scsas)), configID)
}

func configsOf(scsas id.SCSASID) store.Key { return store.Key(keyPrefix + "c/").Text(string(scsas)) }

func ueKey(ue id.IMSI) store.Key { return store.Key(keyPrefix + "u/" + string(ue)) }

func deliveriesOf(ue id.IMSI) store.Key { return store.Key(keyPrefix + "d/").Text(string(ue)) }

func deliveryKey(ue id.IMSI, deliveryID string) store.Key { return deliveriesOf(ue).Text(deliveryID) }

func outcomeKey(scsas id.SCSASID, configID, deliveryID string) store.Key {
	return store.Key(keyPrefix + "o/").Text(string(scsas)).Text(configID).Text(deliveryID)
}

// identityKey leads from an External Identifier or MSISDN to an IMSI.
func identityKey(identity string) store.Key { return append(store.Key(keyPrefix+"x/"), identity...) }

// Timers are told apart by the first letter of their id: what follows is an IMSI, or the rest of a key.
const (
	timerUE      = 'u'
	timerConfig  = 'c'
	timerOutcome = 'o'

	timerGroup         = 'g'
	timerGroupDelivery = 'd'
)

func ueTimer(ue id.IMSI) []byte { return append([]byte{timerUE}, ue...) }

func configTimer(scsas id.SCSASID, configID string) []byte {
	return append([]byte{timerConfig}, store.Key{}.Text(string(scsas)).Text(configID)...)
}

func outcomeTimer(key store.Key) []byte { return append([]byte{timerOutcome}, key...) }

func getUE(r store.Reader, ue id.IMSI) (*UE, error) {
	b, err := r.Get(ueKey(ue))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeUE(b)
}

func getConfig(r store.Reader, scsas id.SCSASID, configID string) (*Config, error) {
	b, err := r.Get(configKey(scsas, configID))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeConfig(b)
}

// lookup returns a configuration of the SCS/AS with its UE, or fault.NotFound. That of a group has no UE. Both are shared and
// must not be changed.
func (p *Procedure) lookup(ctx context.Context, op string, scsas id.SCSASID, configID string) (c *Config, u *UE, err error) {
	var found struct { // one variable, as it is in reach of the store
		c *Config
		u *UE
	}
	err = p.Store.View(ctx, func(r store.Reader) (err error) {
		if found.c, err = p.readConfig(r, scsas, configID); found.c != nil && err == nil {
			found.u, err = p.readUE(r, found.c.IMSI)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, nil, failed(op, err)
	case found.c == nil || found.u == nil && !found.c.group():
		return nil, nil, noConfig(op)
	}
	return found.c, found.u, nil
}

func noConfig(op string) *fault.Error {
	return fault.New(op, fault.NotFound, "no such NIDD configuration")
}
