package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.CreateSecurityGroup;
import io.vpccni.emulator.cloud.Ec2Request.DeleteSecurityGroup;
import io.vpccni.emulator.cloud.Ec2Result.GroupsRule;
import java.util.ArrayList;
import java.util.List;

/** Security groups and their rules. How many rules a group may have, and tags of rules, are not modelled. */
final class GroupLife {
    private final Ledger ledger;

    GroupLife(Ledger ledger) {
        this.ledger = ledger;
    }

    /** A new group lets everything out and nothing in. */
    Ec2Result create(CreateSecurityGroup request) {
        World world = ledger.world();
        Vpc vpc = Lookups.vpc(world, request.vpcId());
        if (request.name().isEmpty() || request.name().startsWith("sg-")) {
            throw CloudError.invalidValue(request.name(), "groupName", "It must not be empty nor begin with sg-.");
        }
        boolean taken = world.groups().values().stream()
                .anyMatch(
                        other -> other.vpcId().equals(vpc.id()) && other.name().equals(request.name()));
        if (taken) {
            throw new CloudError(
                    "InvalidGroup.Duplicate",
                    "The security group '%s' already exists for VPC '%s'".formatted(request.name(), vpc.id()));
        }
        Tagging.check(request.tags());
        SecurityGroup group = new SecurityGroup(
                        ledger.ids().next("sg"),
                        request.name(),
                        vpc.id(),
                        request.description(),
                        List.of(),
                        request.tags())
                .letAll(true);
        ledger.put(group);
        return new Ec2Result.GroupCreated(group, world.region());
    }

    Ec2Result delete(DeleteSecurityGroup request) {
        World world = ledger.world();
        SecurityGroup group = Lookups.group(world, request.groupId());
        if (Lookups.defaultGroup(world, group.vpcId()).equals(group)) {
            throw new CloudError(
                    "CannotDelete",
                    "the specified group: \"%s\" name: \"%s\" cannot be deleted by a user"
                            .formatted(group.id(), group.name()));
        }
        boolean used = world.interfaces().values().stream()
                        .anyMatch(eni -> eni.groupIds().contains(group.id()))
                || world.groups().values().stream()
                        .anyMatch(other -> !other.equals(group) && other.mentions(group.id()));
        if (used) {
            throw new CloudError("DependencyViolation", "resource " + group.id() + " has a dependent object");
        }
        ledger.remove(group);
        return new Ec2Result.GroupDeleted(group.id());
    }

    Ec2Result authorize(String groupId, boolean egress, List<RuleWish> wishes) {
        SecurityGroup group = Lookups.group(ledger.world(), groupId);
        List<GroupRule> added = named(wishes, egress);
        List<GroupRule> all = new ArrayList<>(group.rules());
        for (GroupRule rule : added) {
            if (all.stream().anyMatch(rule::allowsAs)) {
                throw new CloudError(
                        "InvalidPermission.Duplicate",
                        "the specified rule \"%s\" already exists".formatted(describe(rule)));
            }
            all.add(rule);
        }
        SecurityGroup next = group.withRules(all);
        ledger.put(next);
        return new Ec2Result.GroupRules(
                added.stream().map(rule -> new GroupsRule(next, rule)).toList(), null);
    }

    /** Takes rules away that are named by what they let through, or by their ids. */
    Ec2Result revoke(String groupId, boolean egress, List<RuleWish> wishes, List<String> ruleIds) {
        SecurityGroup group = Lookups.group(ledger.world(), groupId);
        List<GroupRule> gone = new ArrayList<>();
        if (!wishes.isEmpty() || ruleIds.isEmpty()) {
            for (GroupRule wanted : named(wishes, egress)) {
                gone.add(group.rules().stream()
                        .filter(wanted::allowsAs)
                        .findFirst()
                        .orElseThrow(() -> new CloudError(
                                "InvalidPermission.NotFound",
                                "The specified rule does not exist in this security group.")));
            }
        }
        for (String id : ruleIds) {
            gone.add(group.rules(egress).stream()
                    .filter(rule -> rule.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> Lookups.noRule(id)));
        }
        ledger.put(group.withRules(
                group.rules().stream().filter(rule -> !gone.contains(rule)).toList()));
        return new Ec2Result.GroupRulesRevoked(
                gone.stream().map(rule -> new GroupsRule(group, rule)).toList());
    }

    private List<GroupRule> named(List<RuleWish> wishes, boolean egress) {
        if (wishes.isEmpty()) {
            throw CloudError.missing("ipPermissions");
        }
        List<GroupRule> rules = new ArrayList<>();
        for (RuleWish wish : wishes) {
            if (wish.peer() instanceof Peer.Group(String peer)) {
                Lookups.group(ledger.world(), peer);
            }
            rules.add(new GroupRule(ledger.ids().next("sgr"), egress, wish.traffic(), wish.peer(), wish.description()));
        }
        return rules;
    }

    private static String describe(GroupRule rule) {
        String peer =
                switch (rule.peer()) {
                    case Peer.Ipv4Range(Ipv4Cidr range) -> range.toString();
                    case Peer.Ipv6Range(Ipv6Cidr range) -> range.toString();
                    case Peer.Group(String id) -> id;
                };
        Traffic traffic = rule.traffic();
        return "peer: %s, %s, from port: %d, to port: %d, ALLOW"
                .formatted(peer, traffic.protocol(), traffic.from(), traffic.to());
    }
}
