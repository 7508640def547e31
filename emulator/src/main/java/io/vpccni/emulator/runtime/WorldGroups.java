package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** The world's security groups, by its admin API. */
final class WorldGroups {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI admin;

    WorldGroups(URI admin) {
        this.admin = admin;
    }

    /** Makes the group if it is not there, and has it let these in; its id. */
    String allow(String name, List<String> allowed) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode().put("name", name);
        allowed.forEach(body.putArray("allow")::add);
        return call(HttpRequest.newBuilder(admin.resolve("/security-groups"))
                        .POST(BodyPublishers.ofString(body.toString())))
                .path("groupId")
                .asText();
    }

    /** Their ids, by name or id. */
    List<String> ids(List<String> names) throws IOException, InterruptedException {
        JsonNode groups = call(HttpRequest.newBuilder(admin.resolve("/world"))).path("securityGroups");
        List<String> ids = new ArrayList<>();
        for (String name : names) {
            String found = "";
            for (JsonNode group : groups) {
                if (group.path("groupName").asText().equals(name)
                        || group.path("groupId").asText().equals(name)) {
                    found = group.path("groupId").asText();
                }
            }
            if (found.isEmpty()) {
                throw new IOException("there is no security group " + name + ": dev/pod group " + name + " makes one");
            }
            ids.add(found);
        }
        return ids;
    }

    private JsonNode call(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        JsonNode body = JSON.readTree(answer.body());
        if (answer.statusCode() != OK) {
            throw new IOException("the emulator: " + body.path("error").asText(answer.body()));
        }
        return body;
    }
}
