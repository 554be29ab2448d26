#!/usr/bin/env escript
%%! -pa .
%% Encodes the messages of testdata/erlang.txt in t6a, s6t and diameter. Run it where the compiled dictionaries lie:
%%   for f in diameter/base diameter/tgpp/tgpp t6a/t6a s6t/s6t; do
%%     diameterc -i OUT -o OUT $f.dia && erlc -o OUT OUT/scefkit_$(basename $f).erl || exit 1
%%   done
%%   cd OUT && escript vectors.escript
-include_lib("diameter/include/diameter.hrl").
hex(B) -> [io_lib:format("~2.16.0b", [X]) || <<X>> <= B].
enc(Dict, Name, Avps) ->
    Hdr = #diameter_header{version = 1, hop_by_hop_id = 16#11223344, end_to_end_id = 16#55667788},
    try diameter_codec:encode(Dict, #diameter_packet{header = Hdr, msg = [Name | Avps]}) of
      #diameter_packet{bin = B} -> io:format("~s ~s~n", [Name, hex(B)])
    catch C:E:S -> io:format("~s FAILED ~p ~p ~p~n", [Name, C, E, S]) end.
main(_) ->
    {ok, _} = application:ensure_all_started(diameter),
    SF = [[{'Vendor-Id', 10415}, {'Feature-List-ID', 1}, {'Feature-List', 5}]],
    Base = [{'Session-Id', "mme.example.com;1;2"}, {'Auth-Session-State', 1}, {'Origin-Host', "mme.example.com"}, {'Origin-Realm', "example.com"}],
    ABase = [{'Session-Id', "mme.example.com;1;2"}, {'Auth-Session-State', 1}, {'Origin-Host', "scef.example.com"}, {'Origin-Realm', "example.com"}],
    Req = Base ++ [{'Destination-Host', ["scef.example.com"]}, {'Destination-Realm', "example.com"}, {'Supported-Features', SF},
        {'User-Identifier', [{'User-Name', ["001010000000042"]}]}],
    T = {{2036, 2, 7}, {6, 28, 26}},
    enc(scefkit_t6a, 'ODR', Req ++ [{'Bearer-Identifier', <<5>>}, {'DRMP', [2]}, {'Non-IP-Data', [<<1,2,3,4,5>>]},
        {'RRC-Cause-Counter', [[{'Counter-Value', [7]}, {'RRC-Counter-Timestamp', [T]}]]}, {'Proxy-Info', [[{'Proxy-Host', "proxy.example.com"}, {'Proxy-State', "abc"}]]},
        {'Route-Record', ["proxy.example.com"]}]),
    enc(scefkit_t6a, 'ODA', ABase ++ [{'DRMP', [2]}, {'Result-Code', [2001]}, {'Supported-Features', SF}]),
    enc(scefkit_t6a, 'CMR', Req ++ [{'Bearer-Identifier', <<5>>}, {'CMR-Flags', [1]}, {'Maximum-UE-Availability-Time', [{{2030,1,1},{0,0,0}}]},
        {'Connection-Action', [2]}, {'Service-Selection', ["iot.example"]}, {'Serving-PLMN-Rate-Control', [[{'Uplink-Rate-Limit', [10]}, {'Downlink-Rate-Limit', [20]}]]},
        {'Extended-PCO', [<<16#80, 0, 16#15, 2, 5, 16#dc>>]}, {'3GPP-Charging-Characteristics', ["0800"]}, {'RAT-Type', [1005]},
        {'Terminal-Information', [[{'IMEI', ["49015420323751"]}, {'Software-Version', ["07"]}]]}, {'Visited-PLMN-Id', [<<0, 16#f1, 16#10>>]},
        {'APN-Rate-Control-Status', [[{'Uplink-Number-Of-Packets-Allowed', [100]}, {'APN-Rate-Control-Status-Validity-Time', [16#0102030405060708]}]]}]),
    enc(scefkit_t6a, 'CMA', ABase ++ [{'Experimental-Result', [[{'Vendor-Id', 10415}, {'Experimental-Result-Code', 5652}]]},
        {'OC-Supported-Features', [[{'OC-Feature-Vector', [1]}]]}, {'OC-OLR', [[{'OC-Sequence-Number', 9}, {'OC-Report-Type', 0}, {'OC-Reduction-Percentage', [30]}]]},
        {'Load', [[{'Load-Type', [0]}, {'Load-Value', [40000]}, {'SourceID', ["scef.example.com"]}]]}, {'PDN-Connection-Charging-ID', [77]}]),
    enc(scefkit_t6a, 'TDR', Req ++ [{'Bearer-Identifier', <<6>>}, {'Non-IP-Data', [<<9,8,7,6>>]}, {'SCEF-Wait-Time', [{{2026,11,21},{12,0,0}}]},
        {'Maximum-Retransmission-Time', [{{2026,11,22},{12,0,0}}]}]),
    enc(scefkit_t6a, 'TDA', ABase ++ [{'Experimental-Result', [[{'Vendor-Id', 10415}, {'Experimental-Result-Code', 5653}]]},
        {'Requested-Retransmission-Time', [{{2026,11,21},{13,0,0}}]}, {'TDA-Flags', [1]}]),
    enc(scefkit_s6t, 'NIR', Base ++ [{'Destination-Realm', "example.com"}, {'User-Identifier', [{'External-Identifier', ["lamp7@example.com"]}, {'Type-Of-External-Identifier', [0]}]},
        {'Supported-Features', SF}, {'NIDD-Authorization-Request', [[{'Service-Selection', ["iot.example"]}, {'Requested-Validity-Time', [{{2027,1,1},{0,0,0}}]}]]},
        {'NIR-Flags', [1]}, {'Group-User-Identifier', [[{'MSISDN', [<<16#51,16#55,16#21,3,0,16#f2>>]}], [{'User-Name', ["001010000000043"]}]]},
        {'MTC-Provider-Info', [[{'MTC-Provider-ID', ["acme"]}]]}, {'NIDD-Authorization-Update', [[{'APN-Validity-Time', [[{'Granted-Validity-Time', {{2027,2,1},{0,0,0}}}, {'Service-Selection', ["iot.example"]}]]}]]}]),
    enc(scefkit_s6t, 'NIA', ABase ++ [{'Result-Code', [2001]}, {'NIDD-Authorization-Response', [[{'MSISDN', [<<16#51,16#55,16#21,3,0,16#f2>>]}, {'User-Name', ["001010000000042"]}, {'External-Identifier', ["lamp7@example.com"]}, {'Granted-Validity-Time', [{{2027,1,1},{0,0,0}}]}]]}, {'NIA-Flags', [0]}]),
    enc(diameter_gen_base_rfc6733, 'CER', [{'Origin-Host', "mme.example.com"}, {'Origin-Realm', "example.com"}, {'Host-IP-Address', [{127,0,0,1}]}, {'Vendor-Id', 10415}, {'Product-Name', "x"},
        {'Supported-Vendor-Id', [10415]}, {'Vendor-Specific-Application-Id', [[{'Vendor-Id', 10415}, {'Auth-Application-Id', [16777346]}]]}]),
    enc(diameter_gen_base_rfc6733, 'DPR', [{'Origin-Host', "mme.example.com"}, {'Origin-Realm', "example.com"}, {'Disconnect-Cause', 1}]).
