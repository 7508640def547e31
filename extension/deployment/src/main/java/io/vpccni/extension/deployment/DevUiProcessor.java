package io.vpccni.extension.deployment;

import io.quarkus.deployment.IsDevelopment;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.devui.spi.page.CardPageBuildItem;
import io.quarkus.devui.spi.page.Page;

/** A card of the development console: what introspection tells, to look at while pods come and go. */
class DevUiProcessor {

    @BuildStep(onlyIf = IsDevelopment.class)
    CardPageBuildItem card() {
        CardPageBuildItem card = new CardPageBuildItem();
        card.addPage(Page.webComponentPageBuilder()
                .title("Interfaces")
                .icon("font-awesome-solid:network-wired")
                .componentLink("qwc-vpc-cni-interfaces.js"));
        card.addPage(Page.webComponentPageBuilder()
                .title("Last ADDs")
                .icon("font-awesome-solid:list")
                .componentLink("qwc-vpc-cni-adds.js"));
        return card;
    }
}
