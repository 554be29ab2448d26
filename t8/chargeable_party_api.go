package t8

import (
	"context"
	"reflect"

	"github.com/scefkit/scefkit/id"
)

// ChargeableParty is the API by which an SCS/AS takes over the charges for the session of a UE (TS 29.122 §5.5,
// 3gpp-chargeable-party). The procedure of an SCEF implements it, and so does [Client]; a caller need not know which it
// has.
//
// Every method takes the SCS/AS on whose behalf it works; a transaction of another one does not exist (fault.NotFound).
// Bodies are checked before they come here from HTTP; see [Check] for calls in process. Which members must go together -
// an address of the UE, flows or an application - depends on the features that were agreed on, so an implementation
// checks that itself. It neither keeps nor changes a body that it is given; what it returns belongs to the caller. Errors
// are *[fault.Error]. Safe for concurrent use.
//
// ctx bounds the answer, not what the call set in motion. Over HTTP it ends when the client goes away.
//
// With a Client, transactionID is either the identifier or the whole URI that the SCEF returned (Location, self), which
// is used as it stands.
type ChargeableParty interface {
	// Transactions returns the transactions of the SCS/AS, all of them or those for the UEs of the filter.
	Transactions(ctx context.Context, scsas id.SCSASID, filter UEFilter) ([]ChargeablePartyTransaction, error)

	// CreateTransaction begins to sponsor a session, or announces that, and returns the transaction with Self set. What
	// happens to the session later comes by notification.
	CreateTransaction(ctx context.Context, scsas id.SCSASID, tx *ChargeablePartyTransaction) (*ChargeablePartyTransaction, error)

	// Transaction returns a transaction.
	Transaction(ctx context.Context, scsas id.SCSASID, transactionID string) (*ChargeablePartyTransaction, error)

	// ModifyTransaction changes a transaction and returns the new one, or nil when there is nothing to tell (204). An
	// implementation uses [ChargeablePartyTransactionPatch.Apply].
	ModifyTransaction(ctx context.Context, scsas id.SCSASID, transactionID string, patch *ChargeablePartyTransactionPatch) (*ChargeablePartyTransaction, error)

	// DeleteTransaction ends a transaction. It returns the usage that the network reported at the end (200), or nil when
	// it reported none (204).
	DeleteTransaction(ctx context.Context, scsas id.SCSASID, transactionID string) (*NotificationData, error)
}

// ChargeablePartyAPI makes the API for the chargeable party out of an implementation, for [NewHandler].
func ChargeablePartyAPI(p ChargeableParty) API {
	const (
		txs = "/{scsAsId}/transactions"
		tx  = txs + "/{transactionId}"
	)
	type resource = ChargeablePartyTransaction
	return API{Name: chargeableName, Version: "v1", routes: []route{
		asking(getList(txs, "FetchAllChargeablePartyTransactions", func(c *call) ([]resource, error) {
			f, err := parseUEFilter(c.url)
			if err != nil {
				return nil, err
			}
			return p.Transactions(c.ctx, c.scsas, f)
		}), ueFilter...),
		notifying(postNew(txs, "CreateChargeablePartyTransaction", func(t *resource) string { return t.Self },
			func(c *call, b *resource) (*resource, error) {
				return p.CreateTransaction(c.ctx, c.scsas, b)
			}), "eventNotification", reflect.TypeFor[NotificationData]()),
		getOne(tx, "FetchIndChargeablePartyTransaction", func(c *call) (*resource, error) {
			return p.Transaction(c.ctx, c.scsas, c.vars[0])
		}),
		patch(tx, "UpdateChargeablePartyTransaction", mergePatch,
			func(c *call, b *ChargeablePartyTransactionPatch) (*resource, error) {
				return p.ModifyTransaction(c.ctx, c.scsas, c.vars[0], b)
			}),
		removeTelling(tx, "DeleteChargeablePartyTransaction", func(c *call) (*NotificationData, error) {
			return p.DeleteTransaction(c.ctx, c.scsas, c.vars[0])
		}),
	}}
}

const (
	chargeableName = "3gpp-chargeable-party"
	chargeableBase = "/" + chargeableName + "/v1"
)
