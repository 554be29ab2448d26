%% An MME and an HSS on Erlang/OTP's diameter application, with the dictionaries of this repository compiled by diameterc.
%% It connects to an SCEF and does what it is told on its standard input; each answer is a line on its standard output.
-module(scefkit_peer).
-include_lib("diameter/include/diameter.hrl").
-export([main/0]).
-export([peer_up/3, peer_down/3, pick_peer/4, prepare_request/3, prepare_retransmit/3, handle_answer/4, handle_error/4,
         handle_request/3]).

main() ->
    Port = list_to_integer(os:getenv("SCEF_PORT")),
    {ok, _} = application:ensure_all_started(diameter),
    {ok, _} = application:ensure_all_started(ssl),
    start(mme, "mme.erlang.example", 16777346, scefkit_t6a, Port),
    start(hss, "hss.erlang.example", 16777345, scefkit_s6t, Port),
    up(mme), up(hss),
    say("up", []),
    loop().

start(Name, Host, App, Dict, Port) ->
    ok = diameter:start_service(Name, [
        {'Origin-Host', Host}, {'Origin-Realm', "example"}, {'Vendor-Id', 10415}, {'Product-Name', "Erlang/OTP"},
        {'Supported-Vendor-Id', [10415]},
        {'Vendor-Specific-Application-Id', [[{'Vendor-Id', 10415}, {'Auth-Application-Id', [App]}]]},
        {string_decode, false}, {decode_format, map},
        {application, [{alias, Name}, {dictionary, Dict}, {module, ?MODULE}]}]),
    true = diameter:subscribe(Name),
    {ok, _} = diameter:add_transport(Name, {connect, [
        {transport_module, diameter_tcp}, {transport_config, [{raddr, {127, 0, 0, 1}}, {rport, Port} | tls(Host)]}]}).

%% TLS from the first octet on, if CERTIFICATES is a directory with some.
tls(Host) ->
    case os:getenv("CERTIFICATES") of
        false -> [];
        Dir ->
            [{ssl_options, true}, {certfile, Dir ++ "/" ++ Host ++ ".pem"}, {keyfile, Dir ++ "/" ++ Host ++ ".key"},
             {cacertfile, Dir ++ "/authority.pem"}, {verify, verify_peer}, {server_name_indication, "scef.example"}]
    end.

up(Name) ->
    receive #diameter_event{service = Name, info = Info} when element(1, Info) == up -> ok
    after 20000 -> say("~p does not come up", [Name]), halt(1) end.

loop() ->
    case io:get_line("") of
        "attach\n" -> say("~p", [call(cmr(0) ++ [{'Service-Selection', ["iot.example"]}, {'3GPP-Charging-Characteristics', ["0800"]}])]);
        "detach\n" -> say("~p", [call(cmr(1))]);
        "bogus\n" -> say("~p", [call(cmr(7))]);
        "uplink\n" -> say("~p", [call('ODR', base() ++ [{'Non-IP-Data', [<<"from Erlang">>]}])]);
        "stranger\n" ->
            start(stranger, "stranger.erlang.example", 16777346, scefkit_t6a, list_to_integer(os:getenv("SCEF_PORT"))), say("started", []);
        "stop\n" -> ok = diameter:stop_service(mme), ok = diameter:stop_service(hss), say("stopped", []), halt(0);
        _ -> halt(1)
    end,
    loop().

say(Format, Args) -> io:format(Format ++ "~n", Args).

base() -> [{'User-Identifier', [{'User-Name', ["001010000000042"]}]}, {'Bearer-Identifier', <<5>>}].

cmr(Action) -> base() ++ [{'Connection-Action', [Action]}, {'RAT-Type', [1005]}, {'Visited-PLMN-Id', [<<0, 16#f1, 16#10>>]}].

call(Avps) -> call('CMR', Avps).
call(Name, Avps) -> diameter:call(mme, mme, [Name | Avps], []).

peer_up(_, _, State) -> State.
peer_down(_, _, State) -> State.
pick_peer([Peer | _], _, _, _) -> {ok, Peer};
pick_peer([], _, _, _) -> false.

prepare_request(#diameter_packet{msg = [Name | Avps]}, _, {_, #diameter_caps{origin_host = {OH, _}, origin_realm = {OR, DR}}}) ->
    {send, [Name | Avps ++ [{'Session-Id', diameter:session_id(binary_to_list(iolist_to_binary(OH)))}, {'Auth-Session-State', 1},
        {'Origin-Host', OH}, {'Origin-Realm', OR}, {'Destination-Realm', DR}]]}.
prepare_retransmit(Packet, _, _) -> {send, Packet}.

handle_answer(#diameter_packet{msg = [_ | Avps], errors = []}, _, _, _) -> result(Avps);
handle_answer(#diameter_packet{errors = Errors}, _, _, _) -> {errors, Errors}.
handle_error(Reason, _, _, _) -> {error, Reason}.

result(#{'Result-Code' := [Code]}) -> Code;
result(#{'Experimental-Result' := [#{'Experimental-Result-Code' := Code}]}) -> {experimental, Code}.

%% What the SCEF asks.
handle_request(#diameter_packet{msg = ['NIR' | #{'Session-Id' := Id, 'User-Identifier' := #{'External-Identifier' := [Ext]}}], errors = []},
               hss, {_, Caps}) ->
    {reply, ['NIA' | answer(Id, Caps) ++ [{'Result-Code', [2001]}, {'NIDD-Authorization-Response', [[
        {'User-Name', ["001010000000042"]}, {'External-Identifier', [Ext]}]]}]]};
handle_request(#diameter_packet{msg = ['TDR' | #{'Session-Id' := Id, 'Non-IP-Data' := [Data]}], errors = []}, mme, {_, Caps}) ->
    say("downlink ~s", [Data]),
    {reply, ['TDA' | answer(Id, Caps) ++ [{'Result-Code', [2001]}, {'TDA-Flags', [1]}]]};
handle_request(#diameter_packet{msg = ['CMR' | #{'Session-Id' := Id, 'Connection-Action' := [Action]}], errors = []}, mme, {_, Caps}) ->
    say("action ~p", [Action]),
    {reply, ['CMA' | answer(Id, Caps) ++ [{'Result-Code', [2001]}]]};
handle_request(#diameter_packet{errors = Errors}, Service, _) ->
    say("~p cannot read a request: ~p", [Service, Errors]),
    {answer_message, 5012}.

answer(Id, #diameter_caps{origin_host = {OH, _}, origin_realm = {OR, _}}) ->
    [{'Session-Id', Id}, {'Auth-Session-State', 1}, {'Origin-Host', OH}, {'Origin-Realm', OR}].
