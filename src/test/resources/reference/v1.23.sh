# What version 1.23.1 of the reference leaves on a node: one chain, and with nftables the mark's table, which copies the whole mark.
set -e
ip rule add fwmark 0x80/0x80 lookup main priority 1024
$IPTABLES -t nat -N AWS-SNAT-CHAIN-0
$IPTABLES -t nat -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
$IPTABLES -t nat -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
$IPTABLES -t nat -A AWS-SNAT-CHAIN-0 -d 172.31.0.0/16 -m comment --comment "AWS SNAT CHAIN EXCLUSION" -j RETURN
$IPTABLES -t nat -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.0.10 --random-fully
$IPTABLES -t mangle -A PREROUTING -i ens5 -m comment --comment "AWS, primary ENI" -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-mark 0x80/0x80
$IPTABLES -t mangle -A PREROUTING -i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --mask 0x80
$IPTABLES -t mangle -A PREROUTING -i vlan+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --mask 0x80
# The other back end, from before kubelet changed its mind.
$OTHER -t nat -N AWS-SNAT-CHAIN-0
$OTHER -t nat -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
$OTHER -t nat -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.0.10 --random-fully
$OTHER -t nat -N AWS-CONNMARK-CHAIN-0
$OTHER -t nat -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0
$OTHER -t mangle -A PREROUTING -i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --mask 0x80
nft -f - <<'NFT'
table ip aws-cni {
  chain snat-mark {
    counter ip daddr 10.0.0.0/16 return
    counter ip daddr 172.31.0.0/16 return
    counter ct mark set ct mark | 0x80
  }
  chain nat-prerouting {
    type nat hook prerouting priority -90; policy accept;
    fib daddr type local return
    iifname "eni*" counter jump snat-mark
    counter meta mark set ct mark & 0x80
  }
}
NFT
