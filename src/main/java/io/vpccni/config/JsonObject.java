package io.vpccni.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;

/** How a variable says a set of names and values. */
public final class JsonObject {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonObject() {}

    /** Fails with IllegalArgumentException on what is not a JSON object of texts. */
    public static Map<String, String> texts(String json) {
        try {
            return JSON.readValue(json, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
