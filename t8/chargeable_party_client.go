package t8

import (
	"context"

	"github.com/scefkit/scefkit/fault"
	"github.com/scefkit/scefkit/id"
)

// ChargeableParty returns the API for the chargeable party.
func (c *Client) ChargeableParty() ChargeableParty {
	return chargeableClient{caller{c, chargeableName, chargeableBase}}
}

// chargeableClient is ChargeableParty over HTTP.
type chargeableClient struct{ caller }

var _ ChargeableParty = chargeableClient{}

func (p chargeableClient) transactions(scsas id.SCSASID) string {
	return p.collection(scsas, "transactions")
}

func (p chargeableClient) transaction(scsas id.SCSASID, transactionID string) string {
	return item(p.transactions(scsas), transactionID)
}

func (p chargeableClient) Transactions(ctx context.Context, scsas id.SCSASID, filter UEFilter) ([]ChargeablePartyTransaction, error) {
	const op = "FetchAllChargeablePartyTransactions"
	uri, err := filter.addTo(p.transactions(scsas))
	if err != nil {
		return nil, fault.Wrap("t8."+op, fault.InvalidParameter, err)
	}
	return fetchList[ChargeablePartyTransaction](ctx, p.caller, op, scsas, uri)
}

func (p chargeableClient) CreateTransaction(ctx context.Context, scsas id.SCSASID, tx *ChargeablePartyTransaction) (*ChargeablePartyTransaction, error) {
	q := request{operation: "CreateChargeablePartyTransaction", scsas: scsas, uri: p.transactions(scsas), body: tx}
	return create(ctx, p.caller, q, func(v *ChargeablePartyTransaction) *string { return &v.Self })
}

func (p chargeableClient) Transaction(ctx context.Context, scsas id.SCSASID, transactionID string) (*ChargeablePartyTransaction, error) {
	return fetch[ChargeablePartyTransaction](ctx, p.caller, "FetchIndChargeablePartyTransaction", scsas, p.transaction(scsas, transactionID))
}

func (p chargeableClient) ModifyTransaction(ctx context.Context, scsas id.SCSASID, transactionID string, patch *ChargeablePartyTransactionPatch) (*ChargeablePartyTransaction, error) {
	return change[ChargeablePartyTransaction](ctx, p.caller, request{
		operation: "UpdateChargeablePartyTransaction", scsas: scsas, method: "PATCH",
		uri: p.transaction(scsas, transactionID), media: typeMerge, body: patch,
	})
}

func (p chargeableClient) DeleteTransaction(ctx context.Context, scsas id.SCSASID, transactionID string) (*NotificationData, error) {
	return dropTelling[NotificationData](ctx, p.caller, "DeleteChargeablePartyTransaction", scsas, p.transaction(scsas, transactionID))
}
