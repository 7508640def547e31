# What versions of the reference up to 1.16 leave on a node: a chain for each network, the jump for new connections only, a
# misspelt comment, several rules for a pod; and strict security groups for pods, switched off since.
set -e
ip rule add from all lookup local priority 20
ip rule del from all lookup local priority 0
ip rule add fwmark 0x40/0x40 lookup main priority 1024
ip rule add to 10.77.0.0/16 lookup main priority 1535
ip rule add from 10.0.1.20 lookup 3 priority 1536
ip rule add from 10.0.1.20 to 10.0.0.0/16 lookup 3 priority 1536
$IPTABLES -t nat -N AWS-SNAT-CHAIN-0
$IPTABLES -t nat -N AWS-SNAT-CHAIN-1
$IPTABLES -t nat -N AWS-SNAT-CHAIN-2
$IPTABLES -t nat -A POSTROUTING -m comment --comment "AWS SNAT CHAN" -j AWS-SNAT-CHAIN-0
$IPTABLES -t nat -A AWS-SNAT-CHAIN-0 ! -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAN" -j AWS-SNAT-CHAIN-1
$IPTABLES -t nat -A AWS-SNAT-CHAIN-1 ! -d 10.1.0.0/16 -m comment --comment "AWS SNAT CHAN" -j AWS-SNAT-CHAIN-2
$IPTABLES -t nat -A AWS-SNAT-CHAIN-2 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.0.99
$IPTABLES -t nat -N AWS-CONNMARK-CHAIN-0
$IPTABLES -t nat -N AWS-CONNMARK-CHAIN-1
$IPTABLES -t nat -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -m state --state NEW -j AWS-CONNMARK-CHAIN-0
$IPTABLES -t nat -A PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --mask 0x40
$IPTABLES -t nat -A AWS-CONNMARK-CHAIN-0 ! -d 10.0.0.0/16 -m comment --comment "AWS CONNMARK CHAIN, VPC CIDR" -j AWS-CONNMARK-CHAIN-1
$IPTABLES -t nat -A AWS-CONNMARK-CHAIN-1 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x40/0x40
$IPTABLES -t mangle -A PREROUTING -i eth9 -m comment --comment "AWS, primary ENI" -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-mark 0x40/0x40
$IPTABLES -t mangle -A PREROUTING -i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --mask 0x40
$IPTABLES -t mangle -A PREROUTING -i vlan+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --mask 0x40
